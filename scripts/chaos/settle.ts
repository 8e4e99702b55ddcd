import { setTimeout as delay } from 'node:timers/promises';
import { tenantRole } from '../demo/instance.js';
import { compare, compareTrail, type Entry, type StoredRow } from './ledger.js';
import { TABLE } from './load.js';
import type { Sagas } from './sagas.js';
import type { System } from './system.js';
import type { Tenant } from './tenant.js';

const PATIENCE_MS = 90_000;
const POLL_MS = 250;

/** What was compared in the end. */
export interface Settled {
  readonly problems: readonly string[];
  readonly rows: number;
  readonly entries: number;
  readonly tookMs: number;
}

/** Waits until the audit log and the sagas have caught up, but not for ever, and compares everything with everything. */
export async function settle(system: System, tenants: readonly Tenant[], sagas: Sagas): Promise<Settled> {
  const startMs = performance.now();
  for (;;) {
    const parts = await Promise.all(tenants.map((tenant) => examine(system, tenant)));
    const problems = [...parts.flatMap((part) => part.problems), ...(await sagas.problems(system))];
    const tookMs = performance.now() - startMs;
    if (problems.length === 0 || tookMs > PATIENCE_MS) {
      const sum = (of: 'rows' | 'entries'): number => parts.reduce((total, part) => total + part[of], 0);
      return { problems, rows: sum('rows'), entries: sum('entries'), tookMs };
    }
    await delay(POLL_MS);
  }
}

async function examine(system: System, tenant: Tenant): Promise<Omit<Settled, 'tookMs'>> {
  const [stored, entries, gap] = await Promise.all([
    readRows(system, tenant),
    readTrail(system, tenant),
    gapOf(system, tenant),
  ]);
  const problems = [...compare(tenant.ledger, stored), ...compareTrail(entries, stored), ...gap];
  return { problems: problems.map((one) => `${tenant.slug}: ${one}`), rows: stored.length, entries: entries.length };
}

function readRows(system: System, { id, isolation }: Tenant): Promise<StoredRow[]> {
  const schema = isolation === 'schema' ? tenantRole(id) : 'product';
  return system.query<StoredRow>(`select id, token, amount from ${schema}.${TABLE} where tenant_id = $1`, [id]);
}

function readTrail(system: System, { id }: Tenant): Promise<Entry[]> {
  const text = `
    select resource_id as id, change, (old_values->>'amount')::int as before, (new_values->>'amount')::int as after
    from audit.entry where tenant_id = $1 and service = 'data' and change <> 'read' and resource like '%' || $2
    order by sequence desc`;
  return system.query<Entry>(text, [id, TABLE]);
}

/** The numbers of a log are 1, 2, 3, … and its head knows how many. */
async function gapOf(system: System, { id }: Tenant): Promise<string[]> {
  const text = `
    select count(*)::text as entries, max(sequence)::text as last, (select size::text from audit.head where tenant_id = $1) as size
    from audit.entry where tenant_id = $1`;
  const [found] = await system.query<{ entries: string; last: string; size: string }>(text, [id]);
  const { entries, last, size } = found!;
  return entries === last && last === size
    ? []
    : [`${entries} audit entries, the last is ${last}, the head says ${size}`];
}
