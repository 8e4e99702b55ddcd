import { sql, type Sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../log/entry.table.js';
import type { SignedRoot } from './checkpoint.js';

/** A log that has entries which no checkpoint covers. */
export interface PendingLog {
  readonly tenantId: string;
  readonly size: number;
  /** Of its last checkpoint; 0 and null before the first. */
  readonly signedSize: number;
  readonly signedRoot: Uint8Array | null;
  readonly signedAt: Date | null;
}

/** Of these heads the logs that grew since their last checkpoint, except some; those that wait longest first. */
export async function pendingLogs(
  rows: Rows,
  heads: Sql,
  except: readonly string[],
  limit: number,
): Promise<PendingLog[]> {
  const found = await rows.query<Record<'size' | 'signedSize', bigint> & PendingLog>(sql`
    select head.tenant_id as "tenantId", head.size, coalesce(last.size, 0) as "signedSize", last.root as "signedRoot", last.signed_at as "signedAt"
    from audit.head left join lateral (
      select checkpoint.size, root, signed_at from audit.checkpoint where checkpoint.tenant_id = head.tenant_id
      order by checkpoint.size desc limit 1) last on true
    where ${heads} and head.size > coalesce(last.size, 0) and head.tenant_id <> all (${except}::uuid[])
    order by last.signed_at nulls first limit ${limit}`);
  return found.map((log) => ({ ...log, size: Number(log.size), signedSize: Number(log.signedSize) }));
}

/** Adds checkpoints of many tenants. One that another replica signed in the meantime is the same, and stays. */
export async function insertCheckpoints(tx: Transaction, signed: readonly SignedRoot[]): Promise<void> {
  await tx.execute(sql`
    insert into audit.checkpoint (tenant_id, size, root, public_key, signature, signed_at)
    select * from unnest(
      ${signed.map(({ tenantId }) => tenantId)}::uuid[], ${signed.map(({ size }) => size)}::bigint[],
      ${signed.map(({ root }) => root)}::bytea[], ${signed.map(({ publicKey }) => publicKey)}::bytea[],
      ${signed.map(({ signature }) => signature)}::bytea[], ${signed.map(({ signedAt }) => signedAt)}::timestamptz[])
    on conflict do nothing`);
}

const columns = sql`tenant_id as "tenantId", size, root, public_key as "publicKey", signature, signed_at as "signedAt",
  (select coalesce(string_agg(line, '' order by witness), '') from audit.cosignature
    where cosignature.tenant_id = checkpoint.tenant_id and cosignature.size = checkpoint.size) as cosignatures`;

type CheckpointRow = Omit<SignedRoot, 'size'> & { readonly size: bigint };

const fromRow = (row: CheckpointRow): SignedRoot => ({ ...row, size: Number(row.size) });

/** The latest checkpoint, or the earliest that covers so many entries; of all, or of those that a witness signed too. */
export async function findCheckpoint(
  rows: Rows,
  size: bigint | null,
  cosigned = false,
): Promise<SignedRoot | undefined> {
  const only = cosigned
    ? sql`exists (select from audit.cosignature c where c.tenant_id = checkpoint.tenant_id and c.size = checkpoint.size)`
    : sql`true`;
  const found = await rows.query<CheckpointRow>(
    size === null
      ? sql`select ${columns} from audit.checkpoint where ${only} order by size desc limit 1`
      : sql`select ${columns} from audit.checkpoint where size >= ${size} and ${only} order by size limit 1`,
  );
  return found.map(fromRow)[0];
}

/** The roots that were signed at these sizes; not every size was. */
export async function signedRootsAt(rows: Rows, sizes: readonly number[]): Promise<ReadonlyMap<number, Uint8Array>> {
  const found = await rows.query<{ size: bigint; root: Uint8Array }>(
    sql`select size, root from audit.checkpoint where size = any (${sizes}::bigint[])`,
  );
  return new Map(found.map(({ size, root }) => [Number(size), root]));
}
