import { sql, type Job, type Sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';
import type { SearchedEntry } from './words.js';

/** How many entries one filter stands for. */
export const BLOCK_ENTRIES = 256;

/** Entries `number · 256 + 1` to `(number + 1) · 256` of a log. */
export interface Block {
  readonly tenantId: string;
  readonly number: number;
}

/** Complete blocks without a filter in the logs of these heads, at most so many of one log; those that wait in the shortest logs first. */
export async function pendingBlocks(job: Job, heads: Sql, ofOneLog: number, limit: number): Promise<Block[]> {
  const rows = await job.query<{ tenantId: string; number: bigint }>(sql`
    select head.tenant_id as "tenantId", number
    from audit.head
      left join lateral (select block + 1 as next from audit.word_block
        where word_block.tenant_id = head.tenant_id order by block desc limit 1) done on true,
      lateral generate_series(coalesce(done.next, 0), least(head.size / ${BLOCK_ENTRIES}, coalesce(done.next, 0) + ${ofOneLog}) - 1) number
    where ${heads} and head.size >= ${BLOCK_ENTRIES}
    order by number limit ${limit}`);
  return rows.map(({ tenantId, number }) => ({ tenantId, number: Number(number) }));
}

type SearchedRow = Omit<SearchedEntry, 'actor'> & {
  readonly place: bigint;
  readonly actorId: string;
  readonly actorKind: string;
  readonly actorRole: string | null;
};

/** What can be found in blocks: one list for each, in their order. */
export async function entriesOfBlocks(job: Job, blocks: readonly Block[]): Promise<SearchedEntry[][]> {
  const rows = await job.query<SearchedRow>(sql`
    select wanted.place, service, event, operation, action, outcome, resource, resource_id as "resourceId", change, old_values as old,
      new_values as new, actor_id as "actorId", actor_kind as "actorKind", actor_role as "actorRole"
    from unnest(${blocks.map(({ tenantId }) => tenantId)}::uuid[], ${blocks.map(({ number }) => number)}::bigint[])
        with ordinality as wanted (tenant_id, block, place)
      join audit.entry on entry.tenant_id = wanted.tenant_id
        and sequence > wanted.block * ${BLOCK_ENTRIES} and sequence <= (wanted.block + 1) * ${BLOCK_ENTRIES}`);
  const found: SearchedEntry[][] = blocks.map(() => []);
  for (const { place, actorId, actorKind, actorRole, ...row } of rows) {
    found[Number(place) - 1]!.push({ ...row, actor: { id: actorId, kind: actorKind, role: actorRole } });
  }
  return found;
}

/** Adds filters. One that another replica added meanwhile is the same, and stays. */
export async function insertBlocks(tx: Transaction, made: readonly (Block & { filter: Uint8Array })[]): Promise<void> {
  await tx.execute(sql`
    insert into audit.word_block (tenant_id, block, filter)
    select * from unnest(${made.map(({ tenantId }) => tenantId)}::uuid[], ${made.map(({ number }) => number)}::bigint[],
      ${made.map(({ filter }) => filter)}::bytea[])
    on conflict do nothing`);
}

/**
 * The newest blocks in which words may be: those whose filter says so, and those that have no filter yet.
 * @param before only blocks that begin before this entry
 * @param hashes of all words
 */
export async function blocksWith(
  rows: Rows,
  hashes: readonly number[],
  before: bigint,
  limit: number,
): Promise<number[]> {
  const found = await rows.query<{ block: bigint }>(sql`
    with head as (select size from audit.head), done as (select coalesce(max(block) + 1, 0) as blocks from audit.word_block)
    select block from (
      (select block from head, done, generate_series((head.size - 1) / ${BLOCK_ENTRIES}, done.blocks, -1) block
       where ${isBefore(before)} limit ${limit})
      union all
      (select block from audit.word_block where ${isBefore(before)} and not exists (
        select from unnest(${hashes}::int[]) hash where get_bit(filter, hash % (length(filter) * 8)) = 0)
       order by block desc limit ${limit})) candidate
    order by block desc limit ${limit}`);
  return found.map(({ block }) => Number(block));
}

const isBefore = (before: bigint): Sql => sql`block * ${BLOCK_ENTRIES} + 1 < ${before}`;
