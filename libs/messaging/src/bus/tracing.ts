import {
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';
import { Fault } from '@tenantry/kernel';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The attribute by which a tenant's work is found in the traces. */
export const TENANT_ATTRIBUTE = 'tenant.id';

/** The trace that a W3C `traceparent` continues; none for anything else. */
export function parentOf(traceparent: string | null | undefined): Context {
  const match = TRACEPARENT.exec(traceparent ?? '');
  if (!match) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = match;
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16),
    isRemote: true,
  });
}

/** The `traceparent` that continues a span; null when nothing is traced. */
export function traceparentOf(span: Span): string | null {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if (!trace.isSpanContextValid(span.spanContext())) return null;
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** What a span is about. */
export interface SpanFacts {
  readonly name: string;
  readonly kind: SpanKind;
  readonly traceparent: string | null | undefined;
  readonly attributes: Attributes;
}

/** Runs work in a span that ends with it. An expected refusal is an attribute of the span, a bug is its error. */
export async function inSpan<T>(facts: SpanFacts, work: (span: Span) => Promise<T>): Promise<T> {
  const parent = parentOf(facts.traceparent);
  const span = trace
    .getTracer('@tenantry/messaging')
    .startSpan(facts.name, { kind: facts.kind, attributes: facts.attributes }, parent);
  try {
    return await context.with(trace.setSpan(parent, span), work, undefined, span);
  } catch (error) {
    noteError(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Notes on a span what went wrong: the reason of a fault, only the kind of anything else. */
export function noteError(span: Span, error: unknown): void {
  const expected = error instanceof Fault && error.status < 500;
  span.setAttribute(
    'error.type',
    error instanceof Fault ? error.reason : error instanceof Error ? error.name : 'unknown',
  );
  if (!expected) span.setStatus({ code: SpanStatusCode.ERROR });
}
