import { Injectable } from '@nestjs/common';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import type { CallLimits } from '../completions/call-plan.js';
import { reading } from '../rows.js';
import { leftOf, readBudget, tooLittle } from './allowance.js';
import {
  allowanceOfToken,
  insertAllowance,
  insertHold,
  lockAllowance,
  useOf,
  type AllowanceRef,
} from './allowance.table.js';
import type { Token } from './token.js';

/** Tokens live for an hour at most, so few are met again after so many others. */
const MAX_KNOWN = 10_000;

/** What tokens may spend: taken by calls, and given on in parts. */
@Injectable()
export class TokenAllowances {
  /** By token; what a token counts against never changes. */
  private readonly known = new Map<string, AllowanceRef | null>();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /**
   * Holds what a call may cost, or what is left of it, on the budget of the token that it was made with, if there is one. Answers what the
   * call may cost now, and of which hold of billing's that is a part; null when it is to be held anew.
   * @throws Fault `budget-refused` when less than the smallest answer is left
   */
  async hold(
    ctx: TenantContext,
    callId: string,
    plan: CallLimits,
  ): Promise<CallLimits & { readonly wholeId: string | null }> {
    const allowance = await this.allowanceOf(ctx);
    if (allowance === null) return { ...plan, wholeId: null };
    const { id: allowanceId, holdId: wholeId } = allowance;
    return this.tenants.transaction({ ...ctx, idempotency: null }, async (tx) => {
      await lockAllowance(tx, allowanceId);
      const heldAt = this.clock.now();
      const use = await useOf(tx, allowanceId, heldAt);
      const left = leftOf(use);
      if (left < plan.leastNanos) throw tooLittle(use, plan.leastNanos);
      const heldNanos = left < plan.mostNanos ? left : plan.mostNanos;
      await insertHold(tx, { id: callId, allowanceId, heldNanos, heldAt });
      return { ...plan, mostNanos: heldNanos, wholeId };
    });
  }

  /**
   * The token with its budget: of its own, a part of its parent's, or its parent's.
   * @throws Fault `budget-refused` when the parent has less left than it should give
   */
  async give(tx: Transaction, token: Token, budget: string | null, parentAllowanceId: string | null): Promise<Token> {
    if (budget === null) return { ...token, allowanceId: parentAllowanceId };
    const limitNanos = readBudget(budget);
    let holdId: string | null = null;
    if (parentAllowanceId !== null) {
      holdId = (await lockAllowance(tx, parentAllowanceId)).holdId;
      const use = await useOf(tx, parentAllowanceId, token.issuedAt);
      if (leftOf(use) < limitNanos) throw tooLittle(use, limitNanos);
    }
    const { id, expiresAt } = token;
    await insertAllowance(tx, { id, parentId: parentAllowanceId, holdId, limitNanos, expiresAt });
    return { ...token, allowanceId: id };
  }

  /** Whether what the caller's token spends is a part of a hold: what a call does not use is there for the next one only once it is counted. */
  async isReserved(ctx: TenantContext): Promise<boolean> {
    return Boolean((await this.allowanceOf(ctx))?.holdId);
  }

  private async allowanceOf(ctx: TenantContext): Promise<AllowanceRef | null> {
    const { actor, credentialId } = ctx;
    if (actor.kind !== 'agent' || credentialId === null) return null;
    const known = this.known.get(credentialId);
    if (known !== undefined) return known;
    const found = await allowanceOfToken(reading(this.tenants, ctx), credentialId);
    this.known.set(credentialId, found);
    if (this.known.size > MAX_KNOWN) this.known.delete(this.known.keys().next().value!);
    return found;
  }
}
