import { ROOT_CONTEXT, trace, type Context } from '@opentelemetry/api';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The trace of a W3C `traceparent`; null when there is none. */
export function traceIdOf(traceparent: string | null): string | null {
  return TRACEPARENT.exec(traceparent ?? '')?.[1] ?? null;
}

/** A parent in another process's trace; undefined when there is none. */
export function remoteParent(traceparent: string | null): Context | undefined {
  const match = TRACEPARENT.exec(traceparent ?? '');
  if (!match) return undefined;
  const [, traceId = '', spanId = '', flags = ''] = match;
  const parent = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return trace.setSpanContext(ROOT_CONTEXT, parent);
}
