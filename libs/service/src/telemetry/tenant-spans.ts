import { trace, type Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace';
import { TENANT_ATTRIBUTE } from './busy-tenants.js';

/** Puts the tenant of a span on every span below it, so that one tenant's whole trace is found by its id. */
export class TenantSpans implements SpanProcessor {
  onStart(span: Span, parentContext: Context): void {
    const parent = trace.getSpan(parentContext) as Partial<ReadableSpan> | undefined;
    const tenantId = parent?.attributes?.[TENANT_ATTRIBUTE];
    if (tenantId !== undefined && (span as unknown as ReadableSpan).attributes[TENANT_ATTRIBUTE] === undefined) {
      span.setAttribute(TENANT_ATTRIBUTE, tenantId);
    }
  }

  onEnd(): void {}

  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
