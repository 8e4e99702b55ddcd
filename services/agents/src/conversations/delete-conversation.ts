import { Controller } from '@nestjs/common';
import { deleteConversation, type DeleteConversationRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { held, visibleOwner } from './conversation.js';
import { lockConversation } from './conversation.table.js';
import { findHoldOn, forgetConversations } from './forget.table.js';

/** Forgets what was said in a conversation, unless a legal hold keeps it; doing it again changes nothing. */
@Controller()
export class DeleteConversation {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(deleteConversation)
  async handle({ conversationId }: DeleteConversationRequest, ctx: TenantContext): Promise<Record<string, never>> {
    await this.tenants.transaction(ctx, async (tx) => {
      await lockConversation(tx, conversationId, visibleOwner(ctx));
      const hold = await findHoldOn(tx, conversationId);
      if (hold !== null) throw held(hold, 'It can’t be forgotten until that is released');
      await forgetConversations(tx, [conversationId], 'asked');
    });
    return {};
  }
}
