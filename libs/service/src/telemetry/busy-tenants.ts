import type { Attributes } from '@opentelemetry/api';
import type { IAttributesProcessor } from '@opentelemetry/sdk-metrics';

export const TENANT_ATTRIBUTE = 'tenant.id';
const OTHER = 'other';
const REBALANCE_MS = 60_000;
const CANDIDATES_PER_PLACE = 5;

/**
 * Bounds the metrics' cardinality: the busiest tenants keep their own series, all others share `other`. Places are given
 * anew every minute by what each tenant did lately, older activity counting half as much each time.
 */
export class BusyTenants implements IAttributesProcessor {
  readonly #counts = new Map<string, number>();
  #named = new Set<string>();
  #rebalanceAtMs: number;

  constructor(
    private readonly places = 200,
    private readonly nowMs: () => number = Date.now,
  ) {
    this.#rebalanceAtMs = nowMs() + REBALANCE_MS;
  }

  process = (attributes: Attributes): Attributes => {
    const tenantId = attributes[TENANT_ATTRIBUTE];
    if (typeof tenantId !== 'string') {
      return attributes;
    }
    return this.#isNamed(tenantId) ? attributes : { ...attributes, [TENANT_ATTRIBUTE]: OTHER };
  };

  #isNamed(tenantId: string): boolean {
    if (this.nowMs() >= this.#rebalanceAtMs) {
      this.#rebalance();
    }
    const count = this.#counts.get(tenantId);
    if (count !== undefined || this.#counts.size < this.places * CANDIDATES_PER_PLACE) {
      this.#counts.set(tenantId, (count ?? 0) + 1);
    }
    if (this.#named.size < this.places) {
      this.#named.add(tenantId);
    }
    return this.#named.has(tenantId);
  }

  #rebalance(): void {
    this.#rebalanceAtMs = this.nowMs() + REBALANCE_MS;
    const byActivity = [...this.#counts].sort(([, a], [, b]) => b - a);
    this.#named = new Set(byActivity.slice(0, this.places).map(([tenantId]) => tenantId));
    this.#counts.clear();
    for (const [tenantId, count] of byActivity) {
      if (count > 1) {
        this.#counts.set(tenantId, count / 2);
      }
    }
  }
}
