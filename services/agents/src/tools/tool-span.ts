import { context, SpanKind, trace, type Span } from '@opentelemetry/api';
import { remoteParent } from '../runs/trace-parent.js';
import type { RunRef } from '../runs/run.table.js';
import type { OpenToolCall, ToolCallRecord } from './tool-call.js';

/**
 * The span of a call of a tool, by OpenTelemetry's semantic conventions for generative AI: in its run's trace, pointing to the request's own.
 */
export function toolSpan({ id, tool, agentId, runId, startedAt }: OpenToolCall, run: RunRef | null): Span {
  const parent = remoteParent(run?.traceparent ?? null);
  const own = trace.getSpanContext(context.active());
  const attributes = {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': tool,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': id,
    'gen_ai.agent.id': agentId,
    ...(runId === null ? {} : { 'tenantry.run.id': runId }),
  };
  const links = parent && own ? [{ context: own }] : [];
  const options = { kind: SpanKind.INTERNAL, attributes, links, startTime: startedAt };
  return trace.getTracer('tenantry.agents').startSpan(`execute_tool ${tool}`, options, parent ?? context.active());
}

/** A refusal is an attribute of the span. */
export function endToolSpan(span: Span, { outcome, startedAt, durationMs }: ToolCallRecord): void {
  if (outcome !== 'ok') span.setAttribute('error.type', outcome);
  span.end(new Date(startedAt.getTime() + durationMs));
}
