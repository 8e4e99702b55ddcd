import { Controller } from '@nestjs/common';
import { DunningEased } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { BillingSuspension } from './billing-suspension.js';

/** Who has paid is open again within a moment, unless something else than billing suspended it. */
@Controller()
export class OnDunningEased {
  constructor(private readonly suspension: BillingSuspension) {}

  @On(DunningEased, { consumer: 'billing.reopening' })
  async handle(_event: DunningEased, _tx: Transaction, ctx: EventContext): Promise<void> {
    await this.suspension.tell(ctx);
  }
}
