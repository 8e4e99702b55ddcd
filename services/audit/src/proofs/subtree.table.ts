import { sql, type Transaction } from '@tenantry/database';
import type { Subtree } from '@tenantry/audit-proofs';
import type { Rows } from '../log/entry.table.js';
import type { ReadHashes } from './stored-tree.js';

/** A complete subtree of a tenant's tree, to be stored. */
export interface StoredSubtree extends Subtree {
  readonly tenantId: string;
  readonly hash: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Reads stored hashes, of any number of ranges and tenants in one flight: leaves from the entries, retired ones from their blocks, others from the subtrees. */
export function readHashes(rows: Rows): ReadHashes {
  return async (ranges) => {
    if (ranges.length === 0) return [];
    const found = await rows.query<{ hashes: Uint8Array | null }>(sql`
      select stored.hashes from unnest(
        ${ranges.map(({ tenantId }) => tenantId)}::uuid[], ${ranges.map(({ height }) => height)}::smallint[],
        ${ranges.map(({ from }) => from)}::bigint[], ${ranges.map(({ to }) => to)}::bigint[])
        with ordinality as wanted (tenant_id, height, first, past, number),
      lateral (
        select string_agg(hash, ''::bytea order by position) as hashes from (
          select leaf_hash as hash, sequence as position from audit.entry
          where wanted.height = 0 and entry.tenant_id = wanted.tenant_id and sequence > wanted.first and sequence <= wanted.past
          union all
          select substr(leaf_hashes, leaf * 32 + 1, 32), block * 256 + leaf + 1
          from audit.retired_block, generate_series(0, 255) leaf
          where wanted.height = 0 and retired_block.tenant_id = wanted.tenant_id
            and block >= wanted.first / 256 and block * 256 < wanted.past
            and block * 256 + leaf >= wanted.first and block * 256 + leaf < wanted.past
          union all
          select hash, position from audit.subtree
          where wanted.height > 0 and subtree.tenant_id = wanted.tenant_id and subtree.height = wanted.height
            and position >= wanted.first and position < wanted.past) found) stored
      order by wanted.number`);
    return found.map(({ hashes }) => hashes ?? NOTHING);
  };
}

/** Adds complete subtrees of many tenants. */
export async function insertSubtrees(tx: Transaction, subtrees: readonly StoredSubtree[]): Promise<void> {
  if (subtrees.length === 0) return;
  await tx.execute(sql`
    insert into audit.subtree (tenant_id, height, position, hash)
    select * from unnest(
      ${subtrees.map(({ tenantId }) => tenantId)}::uuid[], ${subtrees.map(({ height }) => height)}::smallint[],
      ${subtrees.map(({ position }) => position)}::bigint[], ${subtrees.map(({ hash }) => hash)}::bytea[])
    on conflict do nothing`);
}
