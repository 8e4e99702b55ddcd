import { setTimeout as sleep } from 'node:timers/promises';
import { tenantRole, type Instance } from './instance.js';
import type { Report } from './report.js';
import type { DemoTenant } from './world.js';

const WAIT_MS = 30_000;
const ASK_EVERY_MS = 250;
const SHOWN = 8;

interface Completeness {
  readonly size: string;
  readonly gapFree: boolean;
  readonly counts: readonly {
    readonly service: string;
    readonly resource: string;
    readonly change: string | null;
    readonly entries: string;
  }[];
}

interface AuditEvent {
  readonly sequence: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly actor: { readonly kind: string; readonly role: string | null };
  readonly platformActor: boolean;
}

/**
 * What Postgres itself counted as inserted into tables of these names in these schemas, which nobody deletes from: live rows, because
 * its count of inserts has those that were rolled back too, as when an import met a table that had just changed and began again.
 */
export async function insertedRows(
  instance: Instance,
  schemas: readonly string[],
  tables: readonly string[],
): Promise<number> {
  const client = await instance.connect('postgres');
  try {
    const text =
      'select coalesce(sum(n_live_tup), 0)::int as rows from pg_stat_all_tables where schemaname = any($1) and relname = any($2)';
    return (await client.query(text, [schemas, tables])).rows[0].rows;
  } finally {
    await client.end();
  }
}

/** Where a tenant's rows live: its own schema, and the shared product tables. */
export function schemasOf(tenant: DemoTenant): string[] {
  return [tenantRole(tenant.id), 'product'];
}

async function auditedInserts(
  tenant: DemoTenant,
  tables: readonly string[],
): Promise<{ rows: number; log: Completeness }> {
  const log = await tenant.owner.must<Completeness>('GET', '/v1/audit/completeness');
  const names = new Set(tables);
  const rows = log.counts
    .filter(
      ({ service, resource, change }) =>
        service === 'data' && change === 'insert' && names.has(resource.split('.').at(-1) ?? ''),
    )
    .reduce((sum, { entries }) => sum + Number(entries), 0);
  return { rows, log };
}

interface Comparison {
  readonly entries: number;
  readonly counted: number;
  readonly log: Completeness;
}

/** Waits until a tenant's trail has as many inserted rows as Postgres counted, but not for ever. */
export async function awaitTrail(tenant: DemoTenant, instance: Instance, before: number): Promise<Comparison> {
  const tables = tenant.tables.map(({ definition }) => definition.name);
  const deadlineMs = performance.now() + WAIT_MS;
  for (;;) {
    const counted = (await insertedRows(instance, schemasOf(tenant), tables)) - before;
    const { rows: entries, log } = await auditedInserts(tenant, tables);
    if ((entries === counted && counted > 0) || performance.now() > deadlineMs) return { entries, counted, log };
    await sleep(ASK_EVERY_MS);
  }
}

/** Prints the newest entries of a tenant's trail, and compares its entries with what Postgres counted. */
export async function showTrail(tenant: DemoTenant, instance: Instance, before: number, report: Report): Promise<void> {
  const { data } = await tenant.owner.must<{ data: AuditEvent[] }>('GET', `/v1/audit/events?limit=${SHOWN}`);
  for (const { sequence, action, resource, resourceId, actor, platformActor } of data) {
    report.say(
      `${sequence.padStart(7)}  ${action.padEnd(24)} ${`${resource} ${resourceId ?? ''}`.slice(0, 56).padEnd(58)} ${platformActor ? 'platform ' : ''}${actor.role ?? actor.kind}`,
    );
  }
  const { entries, counted, log } = await awaitTrail(tenant, instance, before);
  report.check(
    `${tenant.slug}: one audit entry per changed row`,
    entries === counted && counted > 0 && log.gapFree,
    `${entries} entries, ${counted} rows by Postgres' counters; ${log.size} entries in all, no gap: ${log.gapFree}`,
  );
}
