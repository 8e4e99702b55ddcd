import { Controller } from '@nestjs/common';
import {
  listConversationMessages,
  type ListConversationMessagesRequest,
  type ListConversationMessagesResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import { assertReadable, visibleOwner } from './conversation.js';
import { ConversationSeal } from './conversation-seal.js';
import { findConversation } from './conversation.table.js';
import { toMessage } from './message.js';
import { listMessageRows } from './message.table.js';

/** Gives what was said; of a conversation that was forgotten, nothing. */
@Controller()
export class ListConversationMessages {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listConversationMessages)
  async handle(
    request: ListConversationMessagesRequest,
    ctx: TenantContext,
  ): Promise<ListConversationMessagesResponse> {
    const { conversationId, cursor } = request;
    const limit = request.limit ?? 50;
    const list = `messages of ${conversationId}`;
    const after = cursor ? (this.cursors.open(ctx, list, cursor) as number) : 0;
    const rows = reading(this.tenants, ctx);
    const conversation = await findConversation(rows, conversationId, visibleOwner(ctx));
    assertReadable(conversation, ctx);
    const { key } = conversation;
    if (key === null) return { data: [], nextCursor: null };
    const seal = await this.seal.open(ctx.tenantId, conversationId, key);
    const found = await listMessageRows(rows, conversationId, seal, { after, limit: limit + 1 });
    const data = found.slice(0, limit).map(toMessage);
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.position) : null };
  }
}
