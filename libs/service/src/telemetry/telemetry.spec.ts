import { context, ROOT_CONTEXT, SpanKind, trace, TraceFlags, type Span } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { observeDatabase } from './observe-database.js';
import { startTelemetry, type TelemetryOptions } from './telemetry.js';

const LISTED = '018f0000-0000-7000-8000-00000000000a';
const OTHER = '018f0000-0000-7000-8000-00000000000b';

describe('telemetry', () => {
  let exporter: InMemorySpanExporter;
  let stop: () => Promise<void>;
  afterEach(() => stop());

  async function start(options: Partial<TelemetryOptions>): Promise<void> {
    exporter = new InMemorySpanExporter();
    stop = await startTelemetry(
      { service: 'sample', ratio: 1, tenants: [], ...options },
      { spanProcessors: [new SimpleSpanProcessor({ exporter })], metricReaders: [] },
    );
  }
  function inSpan(tenantId: string, work: () => void): void {
    trace.getTracer('sample').startActiveSpan('request', { attributes: { 'tenant.id': tenantId } }, (span: Span) => {
      work();
      span.end();
    });
  }

  it('puts the tenant on every span below the request, statements included', async () => {
    await start({});
    inSpan(LISTED, () => {
      trace.getTracer('sample').startSpan('step').end();
      observeDatabase('sample')({ door: 'tenant', kind: 'query', tenantId: LISTED, text: 'select $1' })();
    });
    const spans = exporter.getFinishedSpans();
    expect(spans.map(({ name }) => name).sort()).toEqual(['postgres query', 'request', 'step']);
    expect(spans.map(({ attributes }) => attributes['tenant.id'])).toEqual([LISTED, LISTED, LISTED]);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it('keeps every trace of a listed tenant and none of another at ratio 0', async () => {
    await start({ ratio: 0, tenants: [LISTED] });
    inSpan(LISTED, () => observeDatabase('sample')({ door: 'tenant', kind: 'query', tenantId: LISTED, text: null })());
    inSpan(OTHER, () => observeDatabase('sample')({ door: 'tenant', kind: 'query', tenantId: OTHER, text: null })());
    expect(exporter.getFinishedSpans().map(({ attributes }) => attributes['tenant.id'])).toEqual([LISTED, LISTED]);
  });

  it('keeps about the given share of the others', async () => {
    await start({ ratio: 0.05 });
    for (let index = 0; index < 2_000; index += 1) {
      inSpan(OTHER, () => undefined);
    }
    expect(exporter.getFinishedSpans().length).toBeGreaterThan(40);
    expect(exporter.getFinishedSpans().length).toBeLessThan(200);
  });

  it('does not let a caller decide at the edge what is kept, and keeps what the edge decided', async () => {
    await start({ ratio: 0 });
    const traceFlags = TraceFlags.SAMPLED;
    const outside = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags, isRemote: true };
    const parent = trace.setSpanContext(ROOT_CONTEXT, outside);
    const tracer = trace.getTracer('sample');
    tracer.startSpan('POST', { kind: SpanKind.SERVER, attributes: { 'http.request.method': 'POST' } }, parent).end();
    tracer.startSpan('rpc.sample.v1.Echo', { kind: SpanKind.SERVER }, parent).end();
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['rpc.sample.v1.Echo']);
  });

  it('gives a trace id to what it does not keep, so that logs can be joined', async () => {
    await start({ ratio: 0 });
    inSpan(OTHER, () =>
      expect(trace.getSpan(context.active())?.spanContext().traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/),
    );
  });

  it('stops with the last service that uses it', async () => {
    await start({});
    const second = await startTelemetry({ service: 'second', ratio: 1, tenants: [] });
    await second();
    inSpan(OTHER, () => undefined);
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });
});
