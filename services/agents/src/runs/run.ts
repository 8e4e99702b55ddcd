import type { AgentRun, RunStep } from '@tenantry/contracts';
import { formatNanos } from '@tenantry/kernel';
import { traceIdOf } from './trace-parent.js';

/** A run as it is counted from its calls. */
export interface Run {
  readonly id: string;
  readonly agentId: string | null;
  readonly conversationId: string | null;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly locationId: string | null;
  readonly traceparent: string | null;
  readonly lastState: string;
  readonly lastFinishReason: string | null;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly costNanos: bigint;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export function toMessage(run: Run, steps: readonly RunStep[] = []): AgentRun {
  return {
    ...{ id: run.id, agentId: run.agentId, conversationId: run.conversationId, actorId: run.actorId },
    ...{ onBehalfOf: run.onBehalfOf, locationId: run.locationId, traceId: traceIdOf(run.traceparent) },
    ...{ state: stateOf(run), modelCalls: run.modelCalls, toolCalls: run.toolCalls, cost: formatNanos(run.costNanos) },
    ...{ startedAt: run.startedAt, endedAt: run.endedAt, steps: [...steps] },
  };
}

/** Where it stands, from its last call to a model. */
function stateOf({ lastState, lastFinishReason }: Run): string {
  if (lastState === 'open') return 'running';
  return lastState === 'completed' && lastFinishReason === 'tool_calls' ? 'waiting' : lastState;
}
