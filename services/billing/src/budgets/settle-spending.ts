import { Controller } from '@nestjs/common';
import { settleSpending, type SettledSpending, type SettleSpendingRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { announceReached } from './alerts.js';
import { parseAmount } from './budget.js';
import { endHold, isAlertDue, type End } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Counts what a call really cost, however often it is told. */
@Controller()
export class SettleSpending {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(settleSpending)
  async handle({ holdId: id, actual }: SettleSpendingRequest, ctx: TenantContext): Promise<SettledSpending> {
    const end = { id, actualNanos: parseAmount(actual, 'actual'), zone: this.calendar.zoneOf(ctx) };
    try {
      await this.settle(end, ctx);
      return { counted: true };
    } catch (error) {
      // Ended before, or never made: in both cases there is nothing left to count.
      if (error instanceof Fault && (error.reason === 'conflict' || error.reason === 'not-found'))
        return { counted: false };
      throw error;
    }
  }

  private async settle(end: Omit<End, 'isQuiet'>, ctx: TenantContext): Promise<void> {
    try {
      await endHold({ query: (statement) => this.tenants.write(ctx, statement) }, { ...end, isQuiet: true });
    } catch (error) {
      if (!isAlertDue(error)) throw error;
      await this.tenants.transaction(ctx, async (tx) => {
        const { budgets } = await endHold(tx, { ...end, isQuiet: false });
        await announceReached(tx, budgets);
      });
    }
  }
}
