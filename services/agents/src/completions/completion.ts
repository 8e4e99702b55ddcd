import { newId, type TenantContext } from '@tenantry/kernel';
import type { FinishReason } from '../models/model-port.js';
import type { TokenUsage } from '../prices/rating.js';

/** A call to a model from its beginning on. Its id is also that of the hold that pays for it. */
export interface OpenCompletion {
  readonly id: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly agentId: string | null;
  readonly conversationId: string | null;
  /** The first call of its run; null when it is that itself. */
  readonly runId: string | null;
  readonly locationId: string | null;
  readonly requestId: string;
  /** W3C trace context of the request. */
  readonly traceparent: string | null;
  readonly model: string;
  readonly priceVersion: number;
  readonly isStream: boolean;
  readonly inputEstimate: number;
  /** What the estimated input costs: what the call is settled at when nobody ends it. */
  readonly inputNanos: bigint;
  readonly startedAt: Date;
  /** From when on nobody is left who could end it. */
  readonly deadlineAt: Date;
  /** The process that answers it: when that dies, nobody is left either. */
  readonly processId: string;
}

/** How a call ended. */
export interface CompletionEnd {
  readonly state: 'completed' | 'failed' | 'cancelled';
  readonly answeredBy: string | null;
  readonly usage: TokenUsage;
  readonly isEstimated: boolean;
  readonly costNanos: bigint;
  readonly finishReason: FinishReason | null;
  /** The tools that the answer wants called. */
  readonly tools: readonly string[];
  /** A stable word for what went wrong. */
  readonly failure: string | null;
  readonly firstPieceMs: number | null;
  readonly endedAt: Date;
}

/** A call as it is kept. */
export interface Completion extends Omit<OpenCompletion, 'processId'> {
  readonly state: CompletionEnd['state'] | 'open' | 'lost';
  readonly answeredBy: string | null;
  readonly inputTokens: number | null;
  readonly cachedTokens: number | null;
  readonly outputTokens: number | null;
  readonly isEstimated: boolean | null;
  readonly costNanos: bigint | null;
  readonly finishReason: string | null;
  readonly tools: readonly string[];
  readonly failure: string | null;
  readonly firstPieceMs: number | null;
  readonly endedAt: Date | null;
  readonly settledAt: Date | null;
}

/** After the request's own deadline, the time in which an end is written at the latest. */
const END_GRACE_MS = 30_000;

/** The beginning of a call. */
export function openCompletion(
  call: Pick<
    OpenCompletion,
    'model' | 'priceVersion' | 'isStream' | 'inputEstimate' | 'inputNanos' | 'conversationId' | 'runId' | 'processId'
  >,
  ctx: TenantContext,
  now: Date,
): OpenCompletion {
  return {
    ...call,
    id: newId(now),
    ...{ actorKind: ctx.actor.kind, actorId: ctx.actor.id, onBehalfOf: ctx.onBehalfOf, agentId: ctx.agentId },
    ...{ locationId: ctx.locationId, requestId: ctx.request.id, traceparent: ctx.request.traceparent },
    startedAt: now,
    deadlineAt: new Date(ctx.request.deadlineAtMs + END_GRACE_MS),
  };
}
