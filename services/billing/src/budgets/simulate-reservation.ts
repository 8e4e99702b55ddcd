import { Controller } from '@nestjs/common';
import {
  simulateReservation,
  type SimulateReservationRequest,
  type SimulateReservationResponse,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import { denialsOf, isAllowed, wouldFit } from './reservation.js';
import { simulate } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Decides like ReserveBudget, and holds nothing: the answer may be out of date as soon as it is given. */
@Controller()
export class SimulateReservation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(simulateReservation)
  async handle(request: SimulateReservationRequest, ctx: TenantContext): Promise<SimulateReservationResponse> {
    const estimateNanos = request.estimate == null ? null : parseAmount(request.estimate, 'estimate');
    const wish = { accounts: request.accounts, currency: request.currency ?? 'USD', estimateNanos };
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const verdicts = await simulate(rows, wish, this.calendar.zoneOf(ctx));
    const fitNanos = wouldFit(verdicts);
    return {
      allowed: isAllowed(verdicts),
      wouldFit: fitNanos === null ? null : formatNanos(fitNanos),
      denials: denialsOf(verdicts),
    };
  }
}
