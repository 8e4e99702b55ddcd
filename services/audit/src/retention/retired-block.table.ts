import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';

/** Entries that are retired together: as many as the tree's first stored subtrees have leaves. */
export const BLOCK_ENTRIES = 256;

/** Leaf hashes of entries `number · 256 + 1` to `(number + 1) · 256`, one after the other. */
export interface LeafBlock {
  readonly number: number;
  readonly leafHashes: Uint8Array;
}

/** How many entries, from the first on, were retired. */
export async function retiredUpTo(rows: Rows, tenantId: string): Promise<number> {
  const [found] = await rows.query<{ entries: bigint }>(sql`
    select coalesce(max(block) + 1, 0) * ${BLOCK_ENTRIES} as entries from audit.retired_block where tenant_id = ${tenantId}`);
  return Number(found!.entries);
}

/** Blocks of retired entries from a number on. */
export async function retiredBlocks(rows: Rows, tenantId: string, from: number, limit: number): Promise<LeafBlock[]> {
  const found = await rows.query<{ number: bigint; leafHashes: Uint8Array }>(sql`
    select block as number, leaf_hashes as "leafHashes" from audit.retired_block
    where tenant_id = ${tenantId} and block >= ${from} order by block limit ${limit}`);
  return found.map(({ number, leafHashes }) => ({ number: Number(number), leafHashes }));
}

/** The next complete blocks of entries that were recorded before a time, and that everybody has who gets the log; and what was signed of each. */
export async function blocksToRetire(
  tx: Transaction,
  first: number,
  cutoff: Date,
  limit: number,
): Promise<(LeafBlock & { readonly signed: Uint8Array })[]> {
  const found = await tx.query<{ number: bigint; leafHashes: Uint8Array; signed: Uint8Array; isDue: boolean }>(sql`
    with reach as (
      select least((select max(size) from audit.checkpoint where tenant_id = ${tx.tenantId}),
        (select min(delivered) from audit.destination where tenant_id = ${tx.tenantId} and state = 'active')) as entries
    ), block as (
      select (sequence - 1) / ${BLOCK_ENTRIES} as number, string_agg(leaf_hash, ''::bytea order by sequence) as leaf_hashes,
        max(recorded_at) < ${cutoff} as is_due
      from audit.entry where tenant_id = ${tx.tenantId}
        and sequence > ${first * BLOCK_ENTRIES} and sequence <= ${(first + limit) * BLOCK_ENTRIES}
      group by 1
    )
    select b.number, b.leaf_hashes as "leafHashes", s.hash as signed, b.is_due as "isDue"
    from block b cross join reach
      join audit.subtree s on s.tenant_id = ${tx.tenantId} and s.height = 8 and s.position = b.number
    where (b.number + 1) * ${BLOCK_ENTRIES} <= reach.entries order by b.number`);
  // Retired is always the beginning of a log: what comes after one that is not due stays.
  const end = found.findIndex(({ number, isDue }, index) => !isDue || Number(number) !== first + index);
  return found.slice(0, end < 0 ? found.length : end).map((block) => ({ ...block, number: Number(block.number) }));
}

/** Keeps the hashes of entries, and takes away everything else of them. */
export async function retireBlocks(tx: Transaction, blocks: readonly LeafBlock[], now: Date): Promise<void> {
  const numbers = blocks.map(({ number }) => number);
  await tx.execute(sql`
    insert into audit.retired_block (tenant_id, block, leaf_hashes, retired_at)
    select ${tx.tenantId}, b.block, b.leaf_hashes, ${now}
    from unnest(${numbers}::bigint[], ${blocks.map(({ leafHashes }) => leafHashes)}::bytea[]) as b (block, leaf_hashes)`);
  const last = (numbers.at(-1)! + 1) * BLOCK_ENTRIES;
  await tx.execute(sql`delete from audit.entry_value where tenant_id = ${tx.tenantId} and sequence <= ${last}`);
  await tx.execute(sql`
    with gone as (
      delete from audit.entry where tenant_id = ${tx.tenantId} and sequence <= ${last} returning event_id
    )
    delete from audit.origin o where o.tenant_id = ${tx.tenantId} and o.event_id in (select event_id from gone)
      and not exists (select from audit.entry e where e.tenant_id = o.tenant_id and e.event_id = o.event_id and e.sequence > ${last})`);
}
