import { Controller } from '@nestjs/common';
import { splitReservation, type Reservation, type SplitReservationRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, formatNanos, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import type { Rows } from './budget.table.js';
import { inOneCommit } from './in-one-commit.js';
import { isAllowed, refusal } from './reservation.js';
import { findReservation, toMessage } from './reservation.table.js';
import { isEnded, isTooMuch, splitHold } from './split-hold.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** The longest that anything is held. */
const MAX_HOLD_S = 86_400;

/** Makes a part of a hold a hold of its own: between the two it is nobody's. */
@Controller()
export class SplitReservation {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(splitReservation)
  async handle(request: SplitReservationRequest, ctx: TenantContext): Promise<Reservation> {
    const { reservationId: wholeId, accounts, estimate, purpose = null } = request;
    const lastsS = request.expiresIn ?? MAX_HOLD_S;
    const estimateNanos = parsePart(estimate);
    const wish = { id: newId(this.clock.now()), wholeId, accounts, estimateNanos, lastsS, purpose };
    const part = inOneCommit(this.tenants, ctx, async (rows) => {
      const verdicts = await splitHold(rows, wish, this.calendar.zoneOf(ctx));
      if (!isAllowed(verdicts)) throw refusal(verdicts);
      return ctx.idempotency ? this.find(rows, wish.id) : null;
    });
    const made = await part.catch((error: unknown) => this.explain(error, wholeId, ctx));
    return made ?? this.find({ query: (statement) => this.tenants.query(ctx, statement) }, wish.id);
  }

  private async find(rows: Rows, id: string): Promise<Reservation> {
    return toMessage(await findReservation(rows, id));
  }

  /** @throws Fault `conflict` for a hold that has ended, `budget-refused` with what would fit, or the error as it is */
  private async explain(error: unknown, wholeId: string, ctx: TenantContext): Promise<never> {
    if (!isEnded(error) && !isTooMuch(error)) throw error;
    const whole = await findReservation({ query: (statement) => this.tenants.query(ctx, statement) }, wholeId);
    if (isEnded(error))
      throw new Fault('conflict', { detail: `The reservation is ${whole.state}; only one that is held can be split` });
    const wouldFit = formatNanos(whole.estimateNanos ?? 0n);
    const detail = `The reservation has ${wouldFit} ${whole.currency} left to split`;
    throw new Fault('budget-refused', { detail, extra: { denials: [], wouldFit } });
  }
}

/** @throws Fault `invalid-input` for what is no amount above zero */
function parsePart(estimate: string): bigint {
  const nanos = parseAmount(estimate, 'estimate');
  if (nanos === 0n) throw new Fault('invalid-input', { field: 'estimate', detail: 'A part is more than zero' });
  return nanos;
}
