import { Injectable } from '@nestjs/common';
import {
  holdSpending,
  settleSpending,
  settleSpendings,
  splitSpending,
  type BudgetScope,
  type SettledSpending,
} from '@tenantry/contracts';
import { Fault, formatNanos, parseNanos, type TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { serviceContext } from '../models/platform-context.js';
import type { Token } from '../tokens/token.js';
import { TokenAllowances } from '../tokens/token-allowances.js';
import { ConfigsInForce } from '../versions/configs-in-force.js';
import type { CallLimits } from './call-plan.js';
import type { OpenCompletion } from './completion.js';

/** What is paid for: a call to a model, or without one the endpoints that are asked about a call of a tool. */
export type Paid = Pick<OpenCompletion, 'id' | 'agentId' | 'conversationId' | 'startedAt' | 'deadlineAt'> & {
  readonly model: string | null;
};

/** What a call cost that has ended. */
export interface EndedCall {
  readonly id: string;
  readonly costNanos: bigint;
}

/** How many calls are settled together at most. */
export const MOST_SETTLED = 100;

/** A hold lasts longer than the call that it pays for, so that it is settled before it ends by itself. */
const HOLD_GRACE_S = 300;
/** What is held for a token outlasts the longest call that it can begin in its last moment. It is ended with the token. */
const TOKEN_GRACE_S = 1_800;

/** The tenant's money, which billing keeps: held before a call, counted after it. */
@Injectable()
export class Spending {
  constructor(
    private readonly rpc: RpcClient,
    private readonly allowances: TokenAllowances,
    private readonly configs: ConfigsInForce,
  ) {}

  /**
   * Holds what a call may cost, or what is left of it, on the token's budget and on every budget of the tenant, the agent, the
   * conversation, the user and the model, and on those that the agent's configuration names: out of what is held for the token, if that is so.
   * Answers what is held, in nano-USD.
   * @throws Fault `budget-refused` with `least`: what the smallest answer may cost
   */
  async hold(ctx: TenantContext, call: Paid, plan: CallLimits): Promise<bigint> {
    const { mostNanos, leastNanos, wholeId } = await this.allowances.hold(ctx, call.id, plan);
    const expiresIn = Math.ceil((call.deadlineAt.getTime() - call.startedAt.getTime()) / 1_000) + HOLD_GRACE_S;
    const [most, least] = [formatNanos(mostNanos), formatNanos(leastNanos)];
    const purpose = { service: 'models', agentId: call.agentId, description: call.model ?? 'guardrail endpoints' };
    const { budgetIds } = (await this.configs.of(ctx)) ?? { budgetIds: [] };
    const request = { holdId: call.id, scopes: scopesOf(ctx, call), budgetIds, most, least, expiresIn, purpose };
    try {
      const own = inTheNameOf(ctx);
      const { held } = wholeId
        ? await this.rpc.call(splitSpending, { ...request, wholeId }, own)
        : await this.rpc.call(holdSpending, request, own);
      return parseNanos(held, 'held');
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const refusal = budgetIds.length > 0 && isMisnamed(error) ? misnamed() : error;
      throw refusal.reason === 'budget-refused' ? explained(refusal, call, least) : refusal;
    }
  }

  /** Holds an amount for a token until it ends, and all of it or nothing: under the token's id. @throws Fault `budget-refused` */
  async setAside(
    ctx: TenantContext,
    { id, agentId, onBehalfOf, issuedAt, expiresAt }: Token,
    nanos: bigint,
  ): Promise<void> {
    const expiresIn = Math.ceil((expiresAt.getTime() - issuedAt.getTime()) / 1_000) + TOKEN_GRACE_S;
    const scopes = named({ agent: agentId, user: onBehalfOf });
    const [most, least] = [formatNanos(nanos), formatNanos(nanos)];
    const purpose = { service: 'agents', agentId, description: 'token' };
    await this.rpc.call(
      holdSpending,
      { holdId: id, scopes, budgetIds: [], most, least, expiresIn, purpose },
      inTheNameOf(ctx),
    );
  }

  /** Counts what a call cost; doing it again changes nothing. Answers what is counted after all, in nano-USD: nothing when nothing was held. */
  async settle(ctx: TenantContext, id: string, costNanos: bigint): Promise<bigint> {
    const request = { holdId: id, actual: formatNanos(costNanos) };
    return countedNanos(await this.rpc.call(settleSpending, request, inTheNameOf(ctx)));
  }

  /** As `settle`, for at most `MOST_SETTLED` calls of a tenant; what is counted for each in their order. */
  async settleAll(ctx: TenantContext, calls: readonly EndedCall[]): Promise<bigint[]> {
    const settlements = calls.map(({ id, costNanos }) => ({ holdId: id, actual: formatNanos(costNanos) }));
    const { settled } = await this.rpc.call(settleSpendings, { settlements }, inTheNameOf(ctx));
    return settled.map(countedNanos);
  }
}

/** What billing counts for a call: nothing when nothing was held. */
function countedNanos({ actual }: SettledSpending): bigint {
  return actual ? parseNanos(actual, 'actual') : 0n;
}

/** Billing is asked by this service, not by whoever called it: money is held and counted also for those who may not look at budgets. */
function inTheNameOf({ tenantId, cell, mode, request }: TenantContext): TenantContext {
  const { traceparent, id } = request;
  const own = serviceContext(tenantId, { cell, mode });
  return { ...own, request: { ...own.request, id, traceparent } };
}

function scopesOf({ actor, onBehalfOf }: TenantContext, { agentId, conversationId, model }: Paid): BudgetScope[] {
  const userId = onBehalfOf ?? (actor.kind === 'user' ? actor.id : null);
  return named({ agent: agentId, conversation: conversationId, user: userId, model });
}

function named(ids: Readonly<Record<string, string | null>>): BudgetScope[] {
  return Object.entries(ids).flatMap(([kind, id]) => (id === null ? [] : [{ kind, id }]));
}

/** Whether billing does not know a budget that was named, or it is in another currency. */
function isMisnamed({ reason }: Fault): boolean {
  return reason === 'not-found' || reason === 'invalid-input';
}

function misnamed(): Fault {
  const detail = 'A budget that the configuration of this agent names is not the tenant’s, or not in USD';
  return new Fault('budget-refused', { detail, extra: { denials: [], wouldFit: '0.00' } });
}

function explained(refusal: Fault, { model }: Paid, least: string): Fault {
  const what =
    model === null ? 'Asking the endpoints of guardrails about this' : 'The smallest answer to these messages';
  const detail = `${refusal.detail}. ${what} may cost ${least} USD`;
  return new Fault('budget-refused', { detail, extra: { ...refusal.extra, least } });
}
