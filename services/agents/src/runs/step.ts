import type { RunStep } from '@tenantry/contracts';
import { formatNanos } from '@tenantry/kernel';
import type { Completion } from '../completions/completion.js';
import type { ToolCallRecord } from '../tools/tool-call.js';

/** What a guardrail decided about a call of a run. */
export interface DecisionStep {
  readonly id: string;
  readonly completionId: string;
  readonly guardrail: string;
  readonly kind: string;
  readonly stage: string;
  readonly verdict: string;
  readonly isEnforced: boolean;
  readonly decidedAt: Date;
}

/** A call of a tool, and what the tenant's endpoints that were asked about it cost. */
export type ChargedToolCall = ToolCallRecord & { readonly costNanos: bigint | null };

/** A call to a model, with the attributes that its span has. */
export function modelStep(call: Completion): RunStep {
  const given = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': call.model,
    'gen_ai.request.stream': call.isStream,
    'gen_ai.response.id': call.id,
    'gen_ai.response.model': call.answeredBy,
    'gen_ai.response.finish_reasons': call.finishReason === null ? null : [call.finishReason],
    'gen_ai.response.time_to_first_chunk': call.firstPieceMs === null ? null : call.firstPieceMs / 1_000,
    'gen_ai.usage.input_tokens': call.inputTokens,
    'gen_ai.usage.output_tokens': call.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': call.cachedTokens,
    'gen_ai.agent.id': call.agentId,
    'gen_ai.conversation.id': call.conversationId,
    'error.type': call.failure,
  };
  return {
    ...{ kind: 'model_call', id: call.id, name: call.model, outcome: call.state },
    ...{ startedAt: call.startedAt, endedAt: call.endedAt, attributes: known(given) },
    cost: call.costNanos === null ? null : formatNanos(call.costNanos),
  };
}

/** A call of a tool, with the attributes that its span has. */
export function toolStep({ id, tool, agentId, outcome, startedAt, durationMs, costNanos }: ChargedToolCall): RunStep {
  const given = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': tool,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': id,
    'gen_ai.agent.id': agentId,
    'error.type': outcome === 'ok' ? null : outcome,
  };
  const endedAt = new Date(startedAt.getTime() + durationMs);
  const cost = costNanos === null ? null : formatNanos(costNanos);
  return { kind: 'tool_call', id, name: tool, outcome, startedAt, endedAt, cost, attributes: known(given) };
}

/** What a guardrail decided; there is no convention for it yet. */
export function guardrailStep({ id, guardrail, kind, stage, verdict, isEnforced, ...one }: DecisionStep): RunStep {
  const attributes = {
    'gen_ai.response.id': one.completionId,
    'tenantry.guardrail.kind': kind,
    'tenantry.guardrail.stage': stage,
  };
  const outcome = isEnforced ? verdict : `shadow ${verdict}`;
  const at = { startedAt: one.decidedAt, endedAt: one.decidedAt };
  return { kind: 'guardrail', id, name: guardrail, outcome, ...at, cost: null, attributes };
}

function known(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null));
}
