import { Controller } from '@nestjs/common';
import { reserveBudget, type Reservation, type ReserveBudgetRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import { inOneCommit } from './in-one-commit.js';
import { DEFAULT_HOLD_S, isAllowed, refusal } from './reservation.js';
import { reserve, toMessage } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Holds an amount on budgets and their ancestors, all or none. */
@Controller()
export class ReserveBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(reserveBudget)
  async handle(request: ReserveBudgetRequest, ctx: TenantContext): Promise<Reservation> {
    const { accounts, estimate, currency = null, purpose = null } = request;
    const lastsS = request.expiresIn ?? DEFAULT_HOLD_S;
    const estimateNanos = estimate == null ? null : parseAmount(estimate, 'estimate');
    const wish = { id: newId(this.clock.now()), accounts, currency: currency ?? 'USD', estimateNanos, lastsS, purpose };
    return inOneCommit(this.tenants, ctx, async (rows) => {
      const verdicts = await reserve(rows, wish, this.calendar.zoneOf(ctx));
      if (!isAllowed(verdicts)) throw refusal(verdicts);
      const createdAt = verdicts[0]!.judgedAt;
      const expiresAt = new Date(createdAt.getTime() + lastsS * 1_000);
      return toMessage({ ...wish, state: 'held', actualNanos: null, parentId: null, createdAt, expiresAt });
    });
  }
}
