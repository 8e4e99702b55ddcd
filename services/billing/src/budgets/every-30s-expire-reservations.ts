import { Controller } from '@nestjs/common';
import { ControlDatabase, sql } from '@tenantry/database';
import { Every } from '@tenantry/messaging';

const BATCH = 500;
const MAX_BATCHES = 200;

/** Marks what has expired and takes it off its budgets. It stopped counting when it expired; this keeps the tables small. */
@Controller()
export class Every30sExpireReservations {
  constructor(private readonly control: ControlDatabase) {}

  @Every({ name: 'billing.expire-reservations', intervalMs: 30_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('billing_budgets');
    for (let batch = 0; batch < MAX_BATCHES && !signal.aborted; batch++) {
      const [row] = await job.query<{ expired: number }>(sql`select billing.expire_holds(${BATCH}) as expired`);
      if (row?.expired === 0) return;
    }
  }
}
