import { Controller } from '@nestjs/common';
import { settleReservation, type Reservation, type SettleReservationRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { announceReached } from './alerts.js';
import { parseAmount } from './budget.js';
import { inOneCommit } from './in-one-commit.js';
import { endHold, isAlertDue, toMessage } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

interface Settlement {
  readonly id: string;
  readonly actualNanos: bigint;
  readonly zone: string;
}

/** Counts what something really cost, once, and frees the rest of its hold. */
@Controller()
export class SettleReservation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(settleReservation)
  async handle({ reservationId: id, actual }: SettleReservationRequest, ctx: TenantContext): Promise<Reservation> {
    const settlement = { id, actualNanos: parseAmount(actual, 'actual'), zone: this.calendar.zoneOf(ctx) };
    try {
      return await this.settleQuietly(settlement, ctx);
    } catch (error) {
      if (!isAlertDue(error)) throw error;
      return this.settleAndAnnounce(settlement, ctx);
    }
  }

  private settleQuietly(settlement: Settlement, ctx: TenantContext): Promise<Reservation> {
    return inOneCommit(this.tenants, ctx, async (rows) => {
      const { hold } = await endHold(rows, { ...settlement, isQuiet: true });
      return toMessage({ ...hold, state: 'settled', actualNanos: settlement.actualNanos });
    });
  }

  /** The few settlements of a period that reach an alert: it leaves if and only if they are kept. */
  private settleAndAnnounce(settlement: Settlement, ctx: TenantContext): Promise<Reservation> {
    return this.tenants.transaction(ctx, async (tx) => {
      const { hold, budgets } = await endHold(tx, { ...settlement, isQuiet: false });
      await announceReached(tx, budgets);
      return toMessage({ ...hold, state: 'settled', actualNanos: settlement.actualNanos });
    });
  }
}
