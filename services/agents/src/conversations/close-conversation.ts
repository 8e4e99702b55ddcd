import { Controller } from '@nestjs/common';
import {
  closeConversation,
  ConversationClosed,
  type CloseConversationRequest,
  type Conversation as ConversationMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { visibleOwner } from './conversation.js';
import { ConversationSeal } from './conversation-seal.js';
import { closeConversationRow, lockConversation, toMessage } from './conversation.table.js';
import { listSubjects } from './subject.table.js';

/** Closes a conversation; one that is not open stays as it is. */
@Controller()
export class CloseConversation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
  ) {}

  @Handles(closeConversation)
  handle({ conversationId }: CloseConversationRequest, ctx: TenantContext): Promise<ConversationMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const found = await lockConversation(tx, conversationId, visibleOwner(ctx));
      const subjects = await listSubjects(tx, this.seal, { tenantId: ctx.tenantId, conversationId });
      if (found.status !== 'open') return toMessage(found, subjects);
      await closeConversationRow(tx, conversationId);
      tx.publish(new ConversationClosed({ conversationId }));
      return toMessage({ ...found, status: 'closed' }, subjects);
    });
  }
}
