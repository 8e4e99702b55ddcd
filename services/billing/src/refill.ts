import type { Doors } from '@tenantry/database';
import type { Projection } from '@tenantry/messaging';
import { findOverrides } from './entitlements/entitlement-override.table.js';
import { directoryEntry } from './subscriptions/subscription.js';
import { subscriptionsAfter } from './subscriptions/subscription.table.js';

const BATCH = 500;

/** What every tenant may use, from Postgres: what fills a new or lost bucket. */
export async function* refill(doors: Doors): AsyncIterable<Projection> {
  const rows = doors.control.job('billing_catalog');
  let lastId: string | null = null;
  for (;;) {
    const batch = await subscriptionsAfter(rows, lastId, BATCH);
    const ids = batch.map(({ tenantId }) => tenantId);
    const overrides = Map.groupBy(await findOverrides(rows, ids), ({ tenantId }) => tenantId);
    for (const subscription of batch) {
      const { tenantId: key, version } = subscription;
      yield { bucket: 'entitlements', key, value: directoryEntry(subscription, overrides.get(key) ?? []), version };
    }
    if (batch.length < BATCH) return;
    lastId = ids.at(-1) ?? null;
  }
}
