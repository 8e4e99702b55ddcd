import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Logger } from '@tenantry/service';
import { Spending } from '../completions/spending.js';
import { writing } from '../rows.js';
import { dropReservation, insertReservation, keepReservation, type TokenReservation } from './reservation.table.js';
import type { Token } from './token.js';

/** Longer than any request lasts: a hold whose token has not come to be by then is ended. */
const BEFORE_TOKEN_MS = 120_000;

/**
 * Money that billing holds for a token and all that it is exchanged for. There is one hold for all of them, and calls take parts of it; how
 * much of it is whose is what their allowances say, so that a part which ends is its parent's again at once, and by itself.
 */
@Injectable()
export class TokenReservations {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly spending: Spending,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Writes down what is about to be held for a token; null when the same request was made before. */
  async plan(tx: Transaction, token: Token, limitNanos: bigint, ctx: TenantContext): Promise<TokenReservation | null> {
    const dueAt = new Date(this.clock.now().getTime() + BEFORE_TOKEN_MS);
    const planned = { id: token.id, limitNanos, dueAt, requestKey: requestKeyOf(ctx) };
    return (await insertReservation(tx, planned)) ? planned : null;
  }

  /** @throws Fault `budget-refused` when the tenant's budgets have less */
  async hold(ctx: TenantContext, { limitNanos }: TokenReservation, token: Token): Promise<void> {
    await this.spending.setAside(ctx, token, limitNanos);
  }

  /** From the commit on the hold is the token's. @throws Fault `unavailable` when it came too late */
  async keep(tx: Transaction, token: Token): Promise<Token> {
    await keepReservation(tx, token.id, token.expiresAt, this.clock.now());
    return { ...token, allowanceId: token.id };
  }

  /** Has what was held for a token given back that was not handed out. When that can't be written now, it is due by itself. */
  async drop(ctx: TenantContext, reservation: TokenReservation): Promise<void> {
    const own: TenantContext = { ...ctx, purpose: 'reaction', signal: null };
    try {
      await dropReservation(writing(this.tenants, own), reservation, this.clock.now());
    } catch (err) {
      const facts = { err, tenantId: ctx.tenantId, reservationId: reservation.id };
      this.log.warn(facts, 'What was held for a token could not be given back at once; it is in two minutes');
    }
  }
}

function requestKeyOf({ actor, idempotency }: TenantContext): string | null {
  if (!idempotency) return null;
  const { operation, key } = idempotency;
  return createHash('sha256').update([actor.kind, actor.id, operation, key].join('\n')).digest('hex');
}
