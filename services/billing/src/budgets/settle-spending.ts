import { Controller } from '@nestjs/common';
import { settleSpending, type SettledSpending, type SettleSpendingRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { announceReached } from './alerts.js';
import { parseAmount } from './budget.js';
import { countedNanos, endHold, isAlertDue, isNothingToEnd, type End } from './reservation.table.js';
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
    const actualNanos = parseAmount(actual, 'actual');
    try {
      await this.settle({ id, actualNanos, zone: this.calendar.zoneOf(ctx) }, ctx);
      return { counted: true, actual: formatNanos(actualNanos) };
    } catch (error) {
      if (!isNothingToEnd(error)) throw error;
      const nanos = await countedNanos({ query: (statement) => this.tenants.query(ctx, statement) }, id);
      return { counted: false, actual: nanos === null ? null : formatNanos(nanos) };
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
