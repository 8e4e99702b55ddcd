import { Controller } from '@nestjs/common';
import {
  getConversation,
  type Conversation as ConversationMessage,
  type GetConversationRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { visibleOwner } from './conversation.js';
import { ConversationSeal } from './conversation-seal.js';
import { findConversation, toMessage } from './conversation.table.js';
import { listSubjects } from './subject.table.js';

/** Gives a conversation without what was said. */
@Controller()
export class GetConversation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
  ) {}

  @Handles(getConversation)
  async handle({ conversationId }: GetConversationRequest, ctx: TenantContext): Promise<ConversationMessage> {
    const rows = reading(this.tenants, ctx);
    const found = await findConversation(rows, conversationId, visibleOwner(ctx));
    return toMessage(found, await listSubjects(rows, this.seal, { tenantId: ctx.tenantId, conversationId }));
  }
}
