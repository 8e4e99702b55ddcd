import { Injectable } from '@nestjs/common';
import { CompletionEnded } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { DecisionMetrics } from '../guardrails/decision-metrics.js';
import type { Decision } from '../guardrails/guardrail.js';
import { insertDecisions } from '../guardrails/guardrail.table.js';
import { reading } from '../rows.js';
import { findRunOf, type RunRef } from '../runs/run.table.js';
import type { CallPlan } from './call-plan.js';
import type { CompletionEnd, OpenCompletion } from './completion.js';
import { hasEndedBefore, insertCompletion, saveEnd } from './completion.table.js';
import { persistently } from './persistently.js';
import { Settlements } from './settlements.js';
import { Spending } from './spending.js';

const NOTHING_USED = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

/** What is written in the commit that ends a call, besides how it ended. */
export interface AtTheEnd {
  /** What guardrails decided. */
  readonly decisions?: readonly Decision[];
  /** What else is to be written; not when somebody had ended the call before. */
  readonly within?: (tx: Transaction) => Promise<void>;
}

/** The life of a call: held and written down before a model is asked, ended in one commit with its event, then settled. */
@Injectable()
export class CompletionRuns {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly spending: Spending,
    private readonly settlements: Settlements,
    private readonly metrics: DecisionMetrics,
    private readonly clock: Clock,
  ) {}

  /** The run that a call goes on with. @throws Fault `not-found` when it is not the caller's */
  find(ctx: TenantContext, callId: string): Promise<RunRef> {
    return findRunOf(reading(this.tenants, ctx), callId, ctx);
  }

  /** Answers what is held, in nano-USD. When this fails no model may be asked. @throws Fault `budget-refused` */
  async begin(ctx: TenantContext, call: OpenCompletion, plan: CallPlan): Promise<bigint> {
    const writing = insertCompletion({ query: (statement) => this.tenants.write(ctx, statement) }, ctx.tenantId, call);
    const [held, written] = await Promise.allSettled([this.spending.hold(ctx, call, plan), writing]);
    if (held.status === 'fulfilled' && written.status === 'fulfilled') return held.value;
    const reason: unknown = held.status === 'rejected' ? held.reason : (written as PromiseRejectedResult).reason;
    // Whether a write that failed is there nobody knows: it is written again, for what is written decides what is counted.
    await this.finish(ctx, call, this.unsent(reason), { isWritten: written.status === 'fulfilled' });
    throw reason;
  }

  /** Ends a call, whatever has become of whoever asked, and counts its cost. An end that is there already stays. */
  end(
    ctx: TenantContext,
    call: OpenCompletion,
    end: CompletionEnd,
    { decisions = [], within }: AtTheEnd = {},
  ): Promise<void> {
    return this.finish(ctx, call, end, { decisions, within, isWritten: true });
  }

  /** Keeps what guardrails decided about a request that no model is asked for. */
  async keepDecisions(ctx: TenantContext, decisions: readonly Decision[]): Promise<void> {
    await this.tenants.transaction(outliving(ctx), (tx) => insertDecisions(tx, null, decisions, this.clock.now()));
    this.metrics.count(ctx.tenantId, decisions);
  }

  /**
   * Only who ended a call settles it, at the cost that the commit holds: a hold settled at anything else would leave the budgets and the
   * calls saying different things for good. Tried again when a session is lost, since nobody else knows what the call used.
   */
  private async finish(
    ctx: TenantContext,
    call: OpenCompletion,
    end: CompletionEnd,
    { decisions = [], within, isWritten }: AtTheEnd & { readonly isWritten: boolean },
  ): Promise<void> {
    const own = outliving(ctx);
    const hasEnded = await persistently(() => this.keepEnd(own, call, end, { decisions, within, isWritten }));
    if (!hasEnded) return;
    this.metrics.count(ctx.tenantId, decisions);
    await this.settlements.add(own, { id: call.id, costNanos: end.costNanos });
  }

  /** Answers whether it is this end that is kept. Most calls have nothing else to write, and end in one flight. */
  private async keepEnd(
    ctx: TenantContext,
    call: OpenCompletion,
    end: CompletionEnd,
    { decisions = [], within, isWritten }: AtTheEnd & { readonly isWritten: boolean },
  ): Promise<boolean> {
    try {
      await this.tenants.transaction(ctx, async (tx) => {
        if (!isWritten) await insertCompletion(tx, ctx.tenantId, call);
        await insertDecisions(tx, call.id, decisions, end.endedAt);
        await within?.(tx);
        saveEnd(tx, call.id, end);
        tx.publish(announcementOf(call, end));
      });
      return true;
    } catch (error) {
      if (hasEndedBefore(error)) return false;
      throw error;
    }
  }

  /** Announces something about a call in a commit of its own. */
  async tell(ctx: TenantContext, event: object): Promise<void> {
    await this.tenants.transaction(outliving(ctx), (tx) => Promise.resolve(tx.publish(event)));
  }

  private unsent(reason: unknown): CompletionEnd {
    return {
      ...{ state: 'failed', answeredBy: null, usage: NOTHING_USED, isEstimated: false, costNanos: 0n },
      ...{
        finishReason: null,
        tools: [],
        failure: reason instanceof Fault ? reason.reason : 'internal',
        firstPieceMs: null,
      },
      endedAt: this.clock.now(),
    };
  }
}

/** The caller's context for what must be written although the caller has gone, or may not write any more. */
function outliving(ctx: TenantContext): TenantContext {
  return { ...ctx, purpose: 'reaction', idempotency: null, signal: null };
}

function announcementOf(call: OpenCompletion, end: CompletionEnd): CompletionEnded {
  const { inputTokens, outputTokens } = end.usage;
  return new CompletionEnded({
    ...{ completionId: call.id, agentId: call.agentId, model: end.answeredBy ?? call.model, state: end.state },
    ...{ inputTokens, outputTokens, estimated: end.isEstimated, cost: formatNanos(end.costNanos) },
    ...{ runId: call.runId ?? call.id, conversationId: call.conversationId, failure: end.failure },
  });
}
