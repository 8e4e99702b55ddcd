import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import { Fault } from '@tenantry/kernel';
import { remoteParent } from '../runs/trace-parent.js';
import type { ChatRequest } from './chat-request.js';
import type { CompletionEnd, OpenCompletion } from './completion.js';

const TRACER = 'tenantry.agents';

/**
 * The span of one call to a model, by OpenTelemetry's semantic conventions for generative AI. It is part of the run's trace; when the request
 * has a trace of its own, the span points to it. Nothing that was said is in it.
 */
export class CallSpan {
  private constructor(private readonly span: Span) {}

  /** @param runTraceparent of the run's first request; null when this is the first */
  static begin(call: OpenCompletion, chat: ChatRequest, runTraceparent: string | null): CallSpan {
    const parent = remoteParent(runTraceparent);
    const own = trace.getSpanContext(context.active());
    const attributes = requestAttributes(call, chat);
    const links = parent && own ? [{ context: own }] : [];
    const options = { kind: SpanKind.CLIENT, attributes, links, startTime: call.startedAt };
    return new CallSpan(trace.getTracer(TRACER).startSpan(`chat ${call.model}`, options, parent ?? context.active()));
  }

  /** Nobody was asked. */
  refuse(error: unknown): void {
    this.span.setAttribute('error.type', error instanceof Fault ? error.reason : 'internal');
    this.span.end();
  }

  end(end: CompletionEnd): void {
    this.span.setAttributes(endAttributes(end));
    if (end.state === 'failed') this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end(end.endedAt);
  }
}

function requestAttributes(call: OpenCompletion, { wantedTokens, temperature, topP }: ChatRequest): Attributes {
  return {
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': call.model,
    'gen_ai.request.stream': call.isStream,
    'gen_ai.response.id': call.id,
    ...(wantedTokens === null ? {} : { 'gen_ai.request.max_tokens': wantedTokens }),
    ...(temperature === null ? {} : { 'gen_ai.request.temperature': temperature }),
    ...(topP === null ? {} : { 'gen_ai.request.top_p': topP }),
    ...(call.agentId === null ? {} : { 'gen_ai.agent.id': call.agentId }),
    ...(call.conversationId === null ? {} : { 'gen_ai.conversation.id': call.conversationId }),
    'tenantry.run.id': call.runId ?? call.id,
  };
}

function endAttributes({ usage, answeredBy, finishReason, failure, costNanos }: CompletionEnd): Attributes {
  return {
    'gen_ai.usage.input_tokens': usage.inputTokens,
    'gen_ai.usage.output_tokens': usage.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens,
    'tenantry.cost.nanos': Number(costNanos),
    ...(answeredBy === null ? {} : { 'gen_ai.response.model': answeredBy }),
    ...(finishReason === null ? {} : { 'gen_ai.response.finish_reasons': [finishReason] }),
    ...(failure === null ? {} : { 'error.type': failure }),
  };
}
