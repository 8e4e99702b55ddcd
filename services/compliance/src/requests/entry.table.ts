import { sql, type Transaction } from '@tenantry/database';
import { CLOCK_KINDS, type ClockEvent } from '../clock/legal-clock.js';
import type { Rows } from './privacy-request.table.js';

/** One thing that happened to a request. `facts` tell nothing about the person; `text` is sealed. */
export interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorId: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
  readonly text: string | null;
}

/** An entry and the request it belongs to. */
export type NewRow = Entry & { readonly requestId: string };

export async function insertEntries(tx: Transaction, entries: readonly NewRow[]): Promise<void> {
  const column = <K extends keyof NewRow>(name: K): NewRow[K][] => entries.map((entry) => entry[name]);
  await tx.execute(sql`
    insert into compliance.privacy_request_entry (tenant_id, request_id, seq, kind, at, actor_kind, actor_id, facts, text)
    select ${tx.tenantId}, e.* from unnest(${column('requestId')}::uuid[], ${column('seq')}::integer[], ${column('kind')}::text[],
      ${column('at')}::timestamptz[], ${column('actorKind')}::text[], ${column('actorId')}::text[],
      ${column('facts').map((facts) => JSON.stringify(facts))}::jsonb[], ${column('text')}::text[]) as e`);
}

/** What moved the clock, in order. */
export function findClockEvents(rows: Rows, requestId: string): Promise<ClockEvent[]> {
  return rows.query<ClockEvent>(sql`
    select kind, at from compliance.privacy_request_entry
    where request_id = ${requestId} and kind = any(${CLOCK_KINDS}::text[]) order by seq`);
}

/** Up to `limit` entries after one, in order. */
export function listEntries(rows: Rows, requestId: string, afterSeq: number, limit: number): Promise<Entry[]> {
  return rows.query<Entry>(sql`
    select seq, kind, at, actor_kind as "actorKind", actor_id as "actorId", facts, text from compliance.privacy_request_entry
    where request_id = ${requestId} and seq > ${afterSeq} order by seq limit ${limit}`);
}

/** The last thing of some kinds that happened. */
export async function findLastEntry(
  rows: Rows,
  requestId: string,
  kinds: readonly string[],
): Promise<Entry | undefined> {
  const [entry] = await rows.query<Entry>(sql`
    select seq, kind, at, actor_kind as "actorKind", actor_id as "actorId", facts, text from compliance.privacy_request_entry
    where request_id = ${requestId} and kind = any(${kinds}::text[]) order by seq desc limit 1`);
  return entry;
}
