import { getAuditProof } from '@tenantry/contracts';
import { testContext } from '@tenantry/testing/database';
import { quantile } from '../measure/quantile.js';
import type { AuditPlace } from './place.js';

const FILL_AT_ONCE = 250_000;
const PROOFS = 2_000;

/** A long log, planted as the superuser; only what proofs read is like the real thing. */
export async function measureProofs(
  { bus, client, findings }: AuditPlace,
  tenantId: string,
  leaves: number,
): Promise<void> {
  await client.query(
    'drop index audit.entry_by_time, audit.entry_by_actor, audit.entry_by_action, audit.entry_by_resource',
  );
  for (let from = 0; from < leaves; from += FILL_AT_ONCE) {
    await client.query(
      `insert into audit.entry (tenant_id, sequence, version, id, occurred_at, recorded_at, service, event, event_id, event_index, action,
         outcome, actor_kind, actor_id, platform_actor, resource, old_values, new_values, origin, leaf_hash)
       select $1, i, 1, gen_random_uuid(), now(), now(), 'billing', 'InvoicePaid', gen_random_uuid(), 0, 'invoice.paid',
         'done', 'user', 'ada', false, 'invoice', '{"status":"open"}', '{"status":"paid"}', 'none', sha256(i::text::bytea)
       from generate_series($2::int, $3::int) i`,
      [tenantId, from + 1, from + FILL_AT_ONCE],
    );
  }
  await client.query('insert into audit.head values ($1, $2)', [tenantId, leaves]);
  await client.query('vacuum analyze audit.entry');
  const startMs = performance.now();
  await bus.runSchedule('audit.checkpoints');
  findings.add(
    `a backlog of ${leaves} leaves into a tree`,
    (leaves / (performance.now() - startMs)) * 1_000,
    'leaves/s',
  );
  const { rows } = await client.query<{ id: string }>(
    'select id from audit.entry where tenant_id = $1 and sequence = any (select 1 + (random() * ($2::int - 1))::bigint from generate_series(1, $3::int))',
    [tenantId, leaves, PROOFS],
  );
  const ctx = testContext(tenantId, { permissions: ['audit.read'] });
  const times: number[] = [];
  for (const { id } of rows) {
    const askedMs = performance.now();
    await bus.call(getAuditProof, { id }, ctx);
    times.push(performance.now() - askedMs);
  }
  findings.add(`an inclusion proof among ${leaves} leaves, p50`, quantile(times, 0.5), 'ms');
  findings.add(`an inclusion proof among ${leaves} leaves, p99`, quantile(times, 0.99), 'ms', { most: 20 });
}
