import { SpanKind } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { TENANT_ATTRIBUTE } from './busy-tenants.js';

/** What only the span of a request from outside has. */
const HTTP_ATTRIBUTE = 'http.request.method';

/**
 * Decides at the head of a trace: a share of all traces, and every trace of the listed tenants. Inside, whoever continues
 * a trace keeps its decision, so a trace is whole or absent. At the edge the caller's own decision does not count: else
 * anybody could have everything recorded.
 */
export function tenantSampler(ratio: number, tenants: readonly string[]): Sampler {
  const listed = new Set(tenants);
  const orListed = (otherwise: Sampler): Sampler => ({
    shouldSample(...span) {
      const [, , , , attributes] = span;
      return listed.has(String(attributes[TENANT_ATTRIBUTE]))
        ? { decision: SamplingDecision.RECORD_AND_SAMPLED }
        : otherwise.shouldSample(...span);
    },
    toString: () => `TenantSampler{${ratio}}`,
  });
  const head = orListed(new TraceIdRatioBasedSampler(ratio));
  const unlessAtEdge = (inside: Sampler): Sampler => ({
    shouldSample(...span) {
      const [, , , kind, attributes] = span;
      const isEdge = kind === SpanKind.SERVER && attributes[HTTP_ATTRIBUTE] !== undefined;
      return (isEdge ? head : inside).shouldSample(...span);
    },
    toString: () => `UnlessAtEdge{${inside.toString()}}`,
  });
  return new ParentBasedSampler({
    root: head,
    remoteParentSampled: unlessAtEdge(new AlwaysOnSampler()),
    remoteParentNotSampled: unlessAtEdge(orListed(new AlwaysOffSampler())),
    localParentNotSampled: orListed(new AlwaysOffSampler()),
  });
}
