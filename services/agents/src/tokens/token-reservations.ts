import { Injectable } from '@nestjs/common';
import type { IssueAgentTokenRequest } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, newId, type TenantContext } from '@tenantry/kernel';
import { Spending } from '../completions/spending.js';
import { writing } from '../rows.js';
import { readBudget } from './allowance.js';
import { insertReservation, keepReservation, type TokenReservation } from './reservation.table.js';
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
  ) {}

  /** Written down before anything is held; null when nothing is to be. @throws Fault `invalid-input` for no budget */
  async plan(ctx: TenantContext, { budget, reserve }: IssueAgentTokenRequest): Promise<TokenReservation | null> {
    if (!reserve) return null;
    if (budget == null) throw new Fault('invalid-input', { field: 'budget', detail: 'Say how much is to be reserved' });
    const now = this.clock.now();
    const dueAt = new Date(now.getTime() + BEFORE_TOKEN_MS);
    const planned = { id: newId(now), limitNanos: readBudget(budget), dueAt };
    await insertReservation(writing(this.tenants, ctx), ctx.tenantId, planned);
    return planned;
  }

  /** @throws Fault `budget-refused` when the tenant's budgets have less */
  async hold(ctx: TenantContext, { limitNanos }: TokenReservation, token: Token): Promise<void> {
    await this.spending.setAside(ctx, token, limitNanos);
  }

  /** From the commit on the hold is the token's. */
  async keep(tx: Transaction, token: Token): Promise<Token> {
    await keepReservation(tx, token.id, token.expiresAt);
    return { ...token, allowanceId: token.id };
  }
}
