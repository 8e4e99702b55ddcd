import { sql, type Job, type Transaction } from '@tenantry/database';
import type { SignedRoot } from '../proofs/checkpoint.js';
import type { Anchoring } from './anchoring.js';

export type Place = 'store' | 'mail' | 'witness';

/** A log whose newest head is to be put into a place. */
export interface DueAnchor extends Anchoring {
  readonly tenantId: string;
  readonly place: Place;
  /** Of the last head that is there; 0 before the first. */
  readonly anchoredSize: number;
  /** Attempts that failed since then. */
  readonly failures: number;
  readonly newest: SignedRoot;
}

type DueRow = Omit<DueAnchor, 'anchoredSize' | 'newest'> &
  Omit<SignedRoot, 'size'> & { readonly anchoredSize: bigint; readonly size: bigint };

/** What is due, of all tenants; what waits longest first. Every log is in the store, the other places are chosen. */
export async function dueAnchors(job: Job, now: Date, limit: number): Promise<DueAnchor[]> {
  const rows = await job.query<DueRow>(sql`
    with wanted as (
      select tenant_id, 'store' as place, null as email, null as witness_url, null as witness_key from audit.head
      union all select tenant_id, 'mail', email, null, null from audit.anchoring where email is not null
      union all select tenant_id, 'witness', null, witness_url, witness_key from audit.anchoring where witness_url is not null)
    select wanted.tenant_id as "tenantId", wanted.place, email, witness_url as "witnessUrl", witness_key as "witnessKey",
      coalesce(state.size, 0) as "anchoredSize", coalesce(state.failures, 0) as failures,
      newest.size, newest.root, newest.public_key as "publicKey", newest.signature, newest.signed_at as "signedAt"
    from wanted left join audit.anchor_place state on state.tenant_id = wanted.tenant_id and state.place = wanted.place,
    lateral (select * from audit.checkpoint where checkpoint.tenant_id = wanted.tenant_id order by size desc limit 1) newest
    where newest.size > coalesce(state.size, 0) and (state.next_at is null or state.next_at <= ${now})
    order by state.next_at nulls first limit ${limit}`);
  return rows.map(({ anchoredSize, size, root, publicKey, signature, signedAt, ...due }) => ({
    ...{ ...due, anchoredSize: Number(anchoredSize) },
    newest: { tenantId: due.tenantId, size: Number(size), root, publicKey, signature, signedAt },
  }));
}

/** The newest heads are in their places. */
export function recordAnchored(tx: Transaction, anchors: readonly DueAnchor[], now: Date, nextAt: Date): void {
  tx.finish(sql`
    insert into audit.anchor_place (tenant_id, place, size, anchored_at, failures, problem, next_at)
    select tenant_id, place, size, ${now}::timestamptz, 0, null, ${nextAt}::timestamptz
    from unnest(${anchors.map(({ tenantId }) => tenantId)}::uuid[], ${anchors.map(({ place }) => place)}::text[],
      ${anchors.map(({ newest }) => newest.size)}::bigint[]) as anchored (tenant_id, place, size)
    on conflict (tenant_id, place) do update set size = excluded.size, anchored_at = excluded.anchored_at,
      failures = 0, problem = null, next_at = excluded.next_at`);
}

/** It is not, and why. */
export function recordFailure(tx: Transaction, { place }: DueAnchor, problem: string, nextAt: Date): void {
  tx.finish(sql`
    insert into audit.anchor_place (tenant_id, place, size, anchored_at, failures, problem, next_at)
    values (${tx.tenantId}, ${place}, 0, null, 1, ${problem}, ${nextAt})
    on conflict (tenant_id, place) do update set failures = anchor_place.failures + 1, problem = excluded.problem,
      next_at = excluded.next_at`);
}

/** What a witness signed. The same again changes nothing. */
export async function insertCosignature(
  tx: Transaction,
  { size, witness, line, signedAt }: { size: number; witness: string; line: string; signedAt: Date },
): Promise<void> {
  await tx.execute(sql`
    insert into audit.cosignature (tenant_id, size, witness, line, signed_at)
    values (${tx.tenantId}, ${size}, ${witness}, ${line}, ${signedAt}) on conflict do nothing`);
}
