import { context, metrics, propagation, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Exchange } from '../pipeline/exchange.js';

const TENANT_ATTRIBUTE = 'tenant.id';

/**
 * Measures and traces requests. A request's span starts once its tenant is known, because that decides whether the trace
 * is kept; it is dated back to the request's beginning.
 */
export class RequestTelemetry {
  private readonly tracer = trace.getTracer('@tenantry/gateway');
  private readonly durations = metrics.getMeter('@tenantry/gateway').createHistogram('http.server.request.duration', {
    unit: 's',
    description: 'How long requests took, by tenant and route',
  });

  /** Starts the request's span and has the service continue it. */
  begin(exchange: Exchange, startedAtMs: number): Span {
    const { incoming, operation, party } = exchange;
    const parent = propagation.extract(context.active(), incoming.headers);
    const attributes = {
      [TENANT_ATTRIBUTE]: party.tenantId,
      'http.request.method': incoming.method,
      'http.route': operation.http?.path,
      'tenantry.request.id': exchange.id,
    };
    const span = this.tracer.startSpan(
      `${incoming.method} ${operation.http?.path}`,
      { kind: SpanKind.SERVER, startTime: startedAtMs, attributes },
      parent,
    );
    const carrier: { traceparent?: string } = {};
    propagation.inject(trace.setSpan(parent, span), carrier);
    exchange.traceparent = carrier.traceparent ?? null;
    return span;
  }

  /** Ends the request's span, if it has one, and counts the request. */
  end({ incoming, operation, party }: Exchange, span: Span | null, status: number, durationMs: number): void {
    if (span) {
      span.setAttribute('http.response.status_code', status);
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    }
    this.durations.record(durationMs / 1000, {
      [TENANT_ATTRIBUTE]: party.tenantId,
      'http.request.method': incoming.method,
      'http.route': operation.http?.path,
      'http.response.status_code': status,
    });
  }
}
