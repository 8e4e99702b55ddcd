import { type Job, sql, type Transaction } from '@tenantry/database';
import type { LedgerMark } from './tombstone.js';

/** An erasure that was begun. */
export interface TombstoneRow {
  readonly id: string;
  readonly entryId: string;
  /** Sealed. */
  readonly entry: string;
  /** The ledger that has the entry; null before it has. */
  readonly ledger: string | null;
}

/** Notes that an erasure begins; begun anew, it has a new entry. */
export async function saveTombstone(
  tx: Transaction,
  { id, entryId, entry, ledger }: TombstoneRow,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    insert into compliance.tombstone (tenant_id, id, entry_id, entry, ledger, begun_at)
    values (${tx.tenantId}, ${id}, ${entryId}, ${entry}, ${ledger}, ${now})
    on conflict (tenant_id, id) do update set entry_id = excluded.entry_id, entry = excluded.entry, ledger = excluded.ledger`);
}

/** Takes back that an erasure began. */
export async function deleteTombstone(tx: Transaction, id: string): Promise<void> {
  await tx.execute(sql`delete from compliance.tombstone where id = ${id}`);
}

/** Notes which ledger has these entries. @returns the erasures among them that this database knows */
export async function markKept(job: Job, ids: readonly string[], ledger: string): Promise<ReadonlySet<string>> {
  const known = await job.query<{ id: string }>(
    sql`update compliance.tombstone set ledger = ${ledger} where id = any(${[...ids]}::uuid[]) returning id`,
  );
  return new Set(known.map(({ id }) => id));
}

/** The erasures among these that were begun again since. */
export async function findRepeated(job: Job, ids: readonly string[], since: Date): Promise<ReadonlySet<string>> {
  const repeated = await job.query<{ id: string }>(sql`
    select distinct repeats as id from compliance.subject_plan where repeats = any(${[...ids]}::uuid[]) and created_at >= ${since}`);
  return new Set(repeated.map(({ id }) => id));
}

/** Some of the entries that a ledger does not have. */
export function findUnkept(job: Job, ledger: string, limit: number): Promise<(TombstoneRow & { tenantId: string })[]> {
  return job.query<TombstoneRow & { tenantId: string }>(sql`
    select tenant_id as "tenantId", id, entry_id as "entryId", entry, ledger from compliance.tombstone
    where ledger is distinct from ${ledger} order by begun_at, id limit ${limit}`);
}

export async function readMark(job: Job): Promise<LedgerMark | undefined> {
  const [mark] = await job.query<LedgerMark>(sql`
    select ledger, sequence, again_until as "againUntil", again_since as "againSince" from compliance.ledger_mark`);
  return mark;
}

export async function saveMark(job: Job, { ledger, sequence, againUntil, againSince }: LedgerMark): Promise<void> {
  await job.query(sql`
    insert into compliance.ledger_mark (name, ledger, sequence, again_until, again_since)
    values ('erasures', ${ledger}, ${sequence}, ${againUntil}, ${againSince})
    on conflict (name) do update set ledger = excluded.ledger, sequence = excluded.sequence, again_until = excluded.again_until,
      again_since = excluded.again_since`);
}
