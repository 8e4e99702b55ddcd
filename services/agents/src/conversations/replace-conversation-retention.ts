import { Controller } from '@nestjs/common';
import {
  ConversationRetentionReplaced,
  replaceConversationRetention,
  type ConversationRetention,
  type ReplaceConversationRetentionRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { saveRetention, toMessage } from './retention.table.js';

/** Says how long conversations are kept. */
@Controller()
export class ReplaceConversationRetention {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceConversationRetention)
  handle({ days, agents }: ReplaceConversationRetentionRequest, ctx: TenantContext): Promise<ConversationRetention> {
    const retention = { days, agents: Object.fromEntries(agents.map((one) => [one.agentId, one.days])) };
    return this.tenants.transaction(ctx, async (tx) => {
      await saveRetention(tx, retention, this.clock.now());
      tx.publish(new ConversationRetentionReplaced({ days }));
      return toMessage(retention);
    });
  }
}
