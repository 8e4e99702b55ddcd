import { Injectable } from '@nestjs/common';
import type { SettledSpending } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { formatNanos, type TenantContext } from '@tenantry/kernel';
import { announceReached } from './alerts.js';
import {
  countedNanos,
  endHold,
  isAlertDue,
  isNothingToEnd,
  settleHolds,
  type End,
  type Settlement,
} from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Counts what calls really cost, however often it is told. */
@Injectable()
export class SpendingSettlement {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  /** Settles one hold, in a commit of its own. */
  async one({ id, actualNanos }: Settlement, ctx: TenantContext): Promise<SettledSpending> {
    try {
      await this.end({ id, actualNanos, zone: this.calendar.zoneOf(ctx) }, ctx);
      return counted(actualNanos);
    } catch (error) {
      if (!isNothingToEnd(error)) throw error;
      const nanos = await countedNanos({ query: (statement) => this.tenants.query(ctx, statement) }, id);
      return { counted: false, actual: nanos === null ? null : formatNanos(nanos) };
    }
  }

  /** Settles many holds in one commit, and those of them that stand out in one each. */
  async many(settlements: readonly Settlement[], ctx: TenantContext): Promise<Map<string, SettledSpending>> {
    const settled = await this.together(settlements, ctx);
    const found = new Map<string, SettledSpending>();
    for (const one of settlements)
      found.set(one.id, settled.has(one.id) ? counted(one.actualNanos) : await this.one(one, ctx));
    return found;
  }

  /** Answers the ids of those that could be settled with all others. */
  private async together(settlements: readonly Settlement[], ctx: TenantContext): Promise<Set<string>> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.write<T>(ctx, statement) };
    try {
      return new Set(await settleHolds(rows, settlements, this.calendar.zoneOf(ctx)));
    } catch (error) {
      if (!isAlertDue(error)) throw error;
      return new Set();
    }
  }

  private async end(end: Omit<End, 'isQuiet'>, ctx: TenantContext): Promise<void> {
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

function counted(nanos: bigint): SettledSpending {
  return { counted: true, actual: formatNanos(nanos) };
}
