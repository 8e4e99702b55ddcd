import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader, type IMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace';
import { BusyTenants } from './busy-tenants.js';
import { tenantSampler } from './tenant-sampler.js';
import { TenantSpans } from './tenant-spans.js';

export interface TelemetryOptions {
  /** Names the process. */
  readonly service: string;
  /** A collector that takes OTLP over HTTP. Without one nothing is recorded, but trace ids still travel and are logged. */
  readonly endpoint?: string | undefined;
  /** Share of traces that are kept, 0 to 1. */
  readonly ratio: number;
  /** Tenants whose every trace is kept. */
  readonly tenants: readonly string[];
}

/** Where spans and measurements go. */
export interface Exporters {
  readonly spanProcessors: SpanProcessor[];
  readonly metricReaders: IMetricReader[];
}

const MAX_SERIES = 10_000;
let running: { users: number; stop: () => Promise<void> } | undefined;

/**
 * Starts OpenTelemetry for this process. Services that share a process share it: the first one starts it, the last one
 * to leave flushes and stops it.
 * @returns what to call when done
 */
export async function startTelemetry(options: TelemetryOptions, exporters?: Exporters): Promise<() => Promise<void>> {
  if (!running) {
    running = { users: 0, stop: async () => undefined }; // claimed before the first await: services boot side by side
    running.stop = install(options, exporters ?? (await otlpExporters(options.endpoint)));
  }
  running.users += 1;
  return async () => {
    if (running && (running.users -= 1) === 0) {
      const { stop } = running;
      running = undefined;
      await stop();
    }
  };
}

function install(options: TelemetryOptions, { spanProcessors, metricReaders }: Exporters): () => Promise<void> {
  const resource = resourceFromAttributes({ 'service.name': options.service, 'service.namespace': 'tenantry' });
  const recording = spanProcessors.length > 0;
  const tracers = new TracerProvider({
    resource,
    sampler: recording ? tenantSampler(options.ratio, options.tenants) : tenantSampler(0, []),
    spanProcessors: [new TenantSpans(), ...spanProcessors],
  });
  const meters = new MeterProvider({
    resource,
    readers: metricReaders,
    views: [
      { instrumentName: '*', attributesProcessors: [new BusyTenants()], aggregationCardinalityLimit: MAX_SERIES },
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(tracers);
  if (metricReaders.length > 0) {
    metrics.setGlobalMeterProvider(meters);
  }
  return async () => {
    await Promise.allSettled([tracers.shutdown(), meters.shutdown()]);
    for (const api of [context, propagation, trace, metrics]) {
      api.disable();
    }
  };
}

/** Loaded only when somebody listens: the exporters weigh more than the rest together. */
async function otlpExporters(endpoint: string | undefined): Promise<Exporters> {
  if (!endpoint) {
    return { spanProcessors: [], metricReaders: [] };
  }
  const [{ OTLPTraceExporter }, { OTLPMetricExporter, AggregationTemporalityPreference }] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/exporter-metrics-otlp-http'),
  ]);
  const base = endpoint.replace(/\/$/, '');
  const exporter = new OTLPMetricExporter({
    url: `${base}/v1/metrics`,
    temporalityPreference: AggregationTemporalityPreference.DELTA, // forgets tenants that lost their place
  });
  return {
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url: `${base}/v1/traces` }) })],
    metricReaders: [new PeriodicExportingMetricReader({ exporter })],
  };
}
