import { Controller } from '@nestjs/common';
import { holdConversations, type HeldConversations, type HoldConversationsRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ConversationSeal } from '../conversations/conversation-seal.js';
import { countHeldBy, countHolds, insertHold, lockHolds } from './hold.table.js';

/** Each is asked about whatever is forgotten. */
const MAX_HOLDS = 1_000;

/** Holds conversations before compliance commits its hold, so that there is no moment in which it is placed and something is forgotten. */
@Controller()
export class HoldConversations {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly seal: ConversationSeal,
    private readonly clock: Clock,
  ) {}

  @Handles(holdConversations)
  async handle(request: HoldConversationsRequest, ctx: TenantContext): Promise<HeldConversations> {
    const { holdId: id, table = null, subjectKey = null, isQuery, ownerId = null } = request;
    if (table === null && ownerId === null)
      throw new Fault('invalid-input', { field: 'table', detail: 'Give table or ownerId, or both' });
    const person = table !== null && subjectKey !== null ? { table, value: subjectKey } : null;
    const blinds = person && (await this.seal.indexesOf(ctx.tenantId, person));
    return this.tenants.transaction(ctx, async (tx) => {
      await lockHolds(tx, 'placing');
      if ((await countHolds(tx)) >= MAX_HOLDS)
        throw new Fault('conflict', { detail: `At most ${MAX_HOLDS} legal holds on conversations can be in force` });
      await insertHold(tx, { id, table, blinds, isQuery, ownerId }, this.clock.now());
      return { conversations: await countHeldBy(tx, id) };
    });
  }
}
