import type { Doors } from '@tenantry/database';
import type { Projection } from '@tenantry/messaging';
import { policiesAfter, policyEntry } from './policies/access-policy.table.js';
import { directoryEntry } from './registry/tenant.js';
import { tenantsAfter, type Rows } from './registry/tenant.table.js';

const BATCH = 500;

/** Every entry of the directories of tenants and policies, from Postgres: what fills a new or lost bucket. */
export async function* refill(doors: Doors): AsyncIterable<Projection> {
  const rows = doors.control.job('tenants_registry');
  for await (const tenant of all(rows, tenantsAfter)) {
    yield { bucket: 'tenants', key: tenant.tenantId, value: directoryEntry(tenant), version: tenant.version };
  }
  for await (const policy of all(rows, policiesAfter)) {
    yield { bucket: 'policies', key: policy.tenantId, value: policyEntry(policy), version: policy.version };
  }
}

async function* all<T extends { tenantId: string }>(
  rows: Rows,
  after: (rows: Rows, afterId: string | null, limit: number) => Promise<T[]>,
): AsyncIterable<T> {
  let lastId: string | null = null;
  for (;;) {
    const batch = await after(rows, lastId, BATCH);
    yield* batch;
    if (batch.length < BATCH) return;
    lastId = batch.at(-1)?.tenantId ?? null;
  }
}
