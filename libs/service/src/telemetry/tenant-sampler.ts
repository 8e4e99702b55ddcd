import {
  AlwaysOnSampler,
  ParentBasedSampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  type Sampler,
  type SamplingResult,
} from '@opentelemetry/sdk-trace';
import { TENANT_ATTRIBUTE } from './busy-tenants.js';

/**
 * Decides at the head of a trace: a share of all traces, and every trace of the listed tenants. Whoever continues a
 * trace keeps its decision, so a trace is whole or absent; a listed tenant's part is kept in any case.
 */
export function tenantSampler(ratio: number, tenants: readonly string[]): Sampler {
  const listed = new Set(tenants);
  const share = new TraceIdRatioBasedSampler(ratio);
  const orListed = (otherwise: SamplingDecision | Sampler): Sampler => ({
    shouldSample(...span): SamplingResult {
      const [, , , , attributes] = span;
      if (listed.has(String(attributes[TENANT_ATTRIBUTE]))) {
        return { decision: SamplingDecision.RECORD_AND_SAMPLED };
      }
      return typeof otherwise === 'number' ? { decision: otherwise } : otherwise.shouldSample(...span);
    },
    toString: () => `TenantSampler{${ratio}}`,
  });
  return new ParentBasedSampler({
    root: orListed(share),
    remoteParentSampled: new AlwaysOnSampler(),
    remoteParentNotSampled: orListed(SamplingDecision.NOT_RECORD),
    localParentNotSampled: orListed(SamplingDecision.NOT_RECORD),
  });
}
