import { hashLeaf } from '@tenantry/audit-proofs';
import { join, sql, type Sql, type Transaction } from '@tenantry/database';
import type { Entry, Origin, SealedValue } from './entry.js';
import { leafText, valueTextsOf } from './leaf.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/**
 * Takes the next numbers of tenants' logs; answers the first of each. The rows stay locked until the commit, so numbers are handed
 * out one transaction after the other, and a rollback gives them back: a log has no gaps. Every transaction locks them in one order.
 */
export async function takeNumbers(
  tx: Transaction,
  counts: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, bigint>> {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const heads = await tx.query<{ tenantId: string; size: bigint }>(sql`
    insert into audit.head (tenant_id, size)
    select * from unnest(${sorted.map(([tenantId]) => tenantId)}::uuid[], ${sorted.map(([, count]) => count)}::bigint[])
    on conflict (tenant_id) do update set size = head.size + excluded.size, grown_at = clock_timestamp()
    returning tenant_id as "tenantId", size`);
  return new Map(heads.map(({ tenantId, size }) => [tenantId, size - BigInt(counts.get(tenantId)!) + 1n]));
}

/** Hashing and printing so many takes some milliseconds, in which nobody else in the process gets a turn. */
export const ENTRIES_AT_ONCE = 125;

/** Adds entries with their leaf hashes, the last of them with the commit. */
export async function insertEntries(tx: Transaction, entries: readonly Entry[]): Promise<void> {
  for (let from = 0; from < entries.length; from += ENTRIES_AT_ONCE) {
    const some = insertOf(entries.slice(from, from + ENTRIES_AT_ONCE));
    if (from + ENTRIES_AT_ONCE < entries.length) await tx.execute(some);
    else tx.finish(some);
  }
}

/** One statement, an array for each column. */
function insertOf(entries: readonly Entry[]): Sql {
  const each = <T>(value: (entry: Entry) => T): T[] => entries.map(value);
  const texts = entries.map(valueTextsOf);
  return sql`
    insert into audit.entry (tenant_id, sequence, version, id, occurred_at, recorded_at, service, event, event_id, event_index, operation, action, outcome,
      actor_kind, actor_id, actor_role, platform_actor, on_behalf_of, credential_id, request_id, trace_id, resource, resource_id, change,
      old_values, new_values, origin, leaf_hash)
    select * from unnest(
      ${each((e) => e.tenantId)}::uuid[],
      ${each((e) => e.sequence)}::bigint[], ${each((e) => e.version)}::smallint[], ${each((e) => e.id)}::uuid[], ${each((e) => e.occurredAt)}::timestamptz[],
      ${each((e) => e.recordedAt)}::timestamptz[], ${each((e) => e.service)}::text[], ${each((e) => e.event)}::text[],
      ${each((e) => e.eventId)}::uuid[], ${each((e) => e.eventIndex)}::integer[], ${each((e) => e.operation)}::text[],
      ${each((e) => e.action)}::text[], ${each((e) => e.outcome)}::text[], ${each((e) => e.actor.kind)}::text[], ${each((e) => e.actor.id)}::text[],
      ${each((e) => e.actor.role)}::text[], ${each((e) => e.platformActor)}::boolean[], ${each((e) => e.onBehalfOf)}::text[],
      ${each((e) => e.credentialId)}::text[], ${each((e) => e.requestId)}::text[], ${each((e) => e.traceId)}::text[],
      ${each((e) => e.resource)}::text[], ${each((e) => e.resourceId)}::text[], ${each((e) => e.change)}::text[],
      ${texts.map((text) => text.old)}::json[], ${texts.map((text) => text.new)}::json[], ${each((e) => e.origin)}::text[],
      ${entries.map((e, i) => hashLeaf(leafText(e, texts[i])))}::bytea[])`;
}

/** Adds the classified values of entries, with the commit. */
export function insertValues(tx: Transaction, values: readonly SealedValue[]): void {
  if (values.length === 0) return;
  tx.finish(sql`
    insert into audit.entry_value (tenant_id, sequence, side, field, sealed)
    select * from unnest(
      ${values.map(({ tenantId }) => tenantId)}::uuid[], ${values.map(({ sequence }) => sequence)}::bigint[],
      ${values.map(({ side }) => side)}::text[], ${values.map(({ field }) => field)}::text[],
      ${values.map(({ sealed }) => sealed)}::text[])`);
}

/** Adds where events came from, with the commit. */
export function insertOrigins(tx: Transaction, origins: readonly Origin[]): void {
  tx.finish(sql`
    insert into audit.origin (tenant_id, event_id, client_ip, user_agent, salt)
    select * from unnest(
      ${origins.map(({ tenantId }) => tenantId)}::uuid[], ${origins.map(({ eventId }) => eventId)}::uuid[],
      ${origins.map(({ clientIp }) => clientIp)}::text[], ${origins.map(({ userAgent }) => userAgent)}::text[],
      ${origins.map(({ salt }) => salt)}::text[])`);
}

/** An entry as it was read back, with what of its origin was not erased. */
export interface StoredEntry extends Entry {
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly originSalt: string | null;
  readonly leafHash: Uint8Array;
}

type EntryRow = Omit<StoredEntry, 'actor'> & {
  readonly actorKind: string;
  readonly actorId: string;
  readonly actorRole: string | null;
};

const columns = sql`entry.tenant_id as "tenantId", sequence, version, id, occurred_at as "occurredAt", recorded_at as "recordedAt", service, event,
  entry.event_id as "eventId", event_index as "eventIndex", operation, action, outcome, actor_kind as "actorKind", actor_id as "actorId",
  actor_role as "actorRole", platform_actor as "platformActor", on_behalf_of as "onBehalfOf", credential_id as "credentialId",
  request_id as "requestId", trace_id as "traceId", resource, resource_id as "resourceId", change, old_values as old, new_values as new, origin,
  client_ip as "clientIp", user_agent as "userAgent", salt as "originSalt", leaf_hash as "leafHash"`;
const tables = sql`audit.entry left join audit.origin on origin.tenant_id = entry.tenant_id and origin.event_id = entry.event_id`;

function fromRow({ actorKind, actorId, actorRole, ...row }: EntryRow): StoredEntry {
  return { ...row, actor: { kind: actorKind, id: actorId, role: actorRole } };
}

/** Which entries a list has. */
export interface EntryFilter {
  readonly actor: string | null;
  /** An action, or a prefix that ends with a dot. */
  readonly action: string | null;
  readonly resource: string | null;
  readonly resourceId: string | null;
  readonly from: Date | null;
  readonly to: Date | null;
}

/** Only the conditions that were asked for, so that Postgres can choose the index that fits them. */
function matches(filter: EntryFilter, before: bigint | null = null): Sql {
  const { actor, action, resource, resourceId, from, to } = filter;
  const named = action?.endsWith('.') ? sql`starts_with(action, ${action})` : sql`action = ${action}`;
  const conditions = [
    sql`true`,
    ...(actor === null ? [] : [sql`actor_id = ${actor}`]),
    ...(action === null ? [] : [named]),
    ...(resource === null ? [] : [sql`resource = ${resource}`]),
    ...(resourceId === null ? [] : [sql`resource_id = ${resourceId}`]),
    ...(from === null ? [] : [sql`occurred_at >= ${from}`]),
    ...(to === null ? [] : [sql`occurred_at < ${to}`]),
    ...(before === null ? [] : [sql`sequence < ${before}`]),
  ];
  return join(conditions, ' and ');
}

/** The newest first; `before` continues after the entry with that number. */
export async function listEntries(
  rows: Rows,
  filter: EntryFilter,
  before: bigint | null,
  limit: number,
): Promise<StoredEntry[]> {
  const found = await rows.query<EntryRow>(sql`select ${columns} from ${tables}
    where ${matches(filter, before)} order by sequence desc limit ${limit}`);
  return found.map(fromRow);
}

/** Entries of ranges of numbers, `from` excluded, that match a filter, the newest first; `before` as above. */
export async function listEntriesOf(
  rows: Rows,
  ranges: readonly { readonly from: number; readonly to: number }[],
  filter: EntryFilter,
  before: bigint | null,
): Promise<StoredEntry[]> {
  const found = await rows.query<EntryRow>(sql`select ${columns}
    from unnest(${ranges.map(({ from }) => from)}::bigint[], ${ranges.map(({ to }) => to)}::bigint[]) as wanted (first, past)
      join ${tables} on sequence > wanted.first and sequence <= wanted.past
    where ${matches(filter, before)} order by sequence desc`);
  return found.map(fromRow);
}

export async function findEntry(rows: Rows, id: string): Promise<StoredEntry | undefined> {
  const found = await rows.query<EntryRow>(sql`select ${columns} from ${tables} where id = ${id}`);
  return found.map(fromRow)[0];
}

/** Entries after a number and up to another, the oldest first. */
export async function entriesAfter(rows: Rows, after: number, upTo: number): Promise<StoredEntry[]> {
  const found = await rows.query<EntryRow>(sql`select ${columns} from ${tables}
    where sequence > ${after} and sequence <= ${upTo} order by sequence`);
  return found.map(fromRow);
}

/** The numbers of the first and the last of the first `size` entries that happened in a time; undefined when none did. */
export async function spanOf(
  rows: Rows,
  time: Pick<EntryFilter, 'from' | 'to'>,
  size: number,
): Promise<{ first: number; last: number } | undefined> {
  const filter = { actor: null, action: null, resource: null, resourceId: null, ...time };
  const [span] = await rows.query<Record<'first' | 'last', bigint | null>>(sql`
    select min(sequence) as first, max(sequence) as last from audit.entry where ${matches(filter)} and sequence <= ${size}`);
  return span?.first && span.last ? { first: Number(span.first), last: Number(span.last) } : undefined;
}

/** The number and leaf hash of an entry. */
export async function findLeaf(
  rows: Rows,
  id: string,
): Promise<{ sequence: bigint; leafHash: Uint8Array } | undefined> {
  const found = await rows.query<{ sequence: bigint; leafHash: Uint8Array }>(
    sql`select sequence, leaf_hash as "leafHash" from audit.entry where id = ${id}`,
  );
  return found[0];
}

/** The sealed values of entries that were not erased. */
export async function valuesOf(rows: Rows, sequences: readonly bigint[]): Promise<SealedValue[]> {
  return rows.query<SealedValue>(
    sql`select tenant_id as "tenantId", sequence, side, field, sealed from audit.entry_value where sequence = any(${sequences}::bigint[])`,
  );
}

/** How many entries have these in common. */
export interface EntryCount {
  readonly service: string;
  readonly action: string;
  readonly resource: string;
  readonly change: string | null;
  readonly entries: bigint;
}

/** Counts the entries themselves, not a tally that somebody kept. */
export async function countEntries(rows: Rows, filter: EntryFilter): Promise<EntryCount[]> {
  return rows.query<EntryCount>(sql`select service, action, resource, change, count(*) as entries from audit.entry
    where ${matches(filter)} group by service, action, resource, change order by service, action, resource, change`);
}

/** How long the log says it is, and what is there. */
export interface LogMeasure {
  readonly size: bigint;
  readonly entries: bigint;
  /** The number of the newest entry. */
  readonly last: bigint;
  /** How many entries, from the first on, were retired. */
  readonly retired: bigint;
}

/** Measures the log of one tenant. */
export async function measureLog(rows: Rows): Promise<LogMeasure> {
  const [log] = await rows.query<LogMeasure>(sql`
    select coalesce((select size from audit.head), 0) as size, count(*) as entries, coalesce(max(sequence), 0) as last,
      (select coalesce(max(block) + 1, 0) * 256 from audit.retired_block) as retired from audit.entry`);
  return log!;
}
