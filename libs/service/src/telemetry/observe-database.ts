import { SpanKind, SpanStatusCode, metrics, trace } from '@opentelemetry/api';
import type { Observe } from '@tenantry/database';
import { TENANT_ATTRIBUTE } from './busy-tenants.js';

const MS_PER_S = 1_000;

/**
 * A span and a measurement for every statement and transaction of a service. The statement's text has placeholders only.
 * A request that is not traced costs no span here.
 */
export function observeDatabase(service: string): Observe {
  const tracer = trace.getTracer(`tenantry.${service}`);
  const duration = metrics
    .getMeter(`tenantry.${service}`)
    .createHistogram('db.client.operation.duration', { unit: 's' });
  return (work) => {
    const startMs = performance.now();
    const span = trace.getActiveSpan()?.isRecording()
      ? tracer.startSpan(`postgres ${work.kind}`, {
          kind: SpanKind.CLIENT,
          attributes: {
            'db.system.name': 'postgresql',
            'tenantry.door': work.door,
            ...(work.text === null ? {} : { 'db.query.text': work.text }),
            ...(work.tenantId === null ? {} : { [TENANT_ATTRIBUTE]: work.tenantId }),
          },
        })
      : undefined;
    return (error) => {
      duration.record((performance.now() - startMs) / MS_PER_S, {
        'db.operation.name': work.kind,
        'tenantry.door': work.door,
        ...(work.tenantId === null ? {} : { [TENANT_ATTRIBUTE]: work.tenantId }),
      });
      if (error !== undefined) {
        span?.setStatus({ code: SpanStatusCode.ERROR });
      }
      span?.end();
    };
  };
}
