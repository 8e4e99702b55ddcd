import { sql, type Job, type Transaction } from '@tenantry/database';
import type { SignedRoot } from '../proofs/checkpoint.js';
import type { afterFailure, Destination } from './destination.js';

/** A destination that lacks signed entries, and the checkpoint that covers them. */
export interface DueDestination extends Pick<
  Destination,
  'id' | 'name' | 'url' | 'format' | 'email' | 'delivered' | 'failures' | 'failingSince'
> {
  readonly tenantId: string;
  /** Sealed. */
  readonly secret: string;
  /** Sealed. */
  readonly bearerToken: string | null;
  readonly signed: SignedRoot;
}

type DueRow = Omit<DueDestination, 'signed'> & Omit<SignedRoot, 'size'> & { readonly size: bigint };

/** What is due, of all tenants, except what is being served; who was served last comes last. */
export async function dueDestinations(
  job: Job,
  now: Date,
  except: readonly string[],
  limit: number,
): Promise<DueDestination[]> {
  const rows = await job.query<DueRow>(sql`
    select d.tenant_id as "tenantId", d.id, d.name, d.url, d.format, d.email, d.delivered, d.failures, d.failing_since as "failingSince", d.secret,
      d.bearer_token as "bearerToken", newest.size, newest.root, newest.public_key as "publicKey", newest.signature, newest.signed_at as "signedAt"
    from audit.destination d,
      lateral (select * from audit.checkpoint c where c.tenant_id = d.tenant_id order by c.size desc limit 1) newest
    where d.state = 'active' and d.next_at <= ${now} and newest.size > d.delivered and d.id <> all (${except}::uuid[])
    order by d.next_at limit ${limit}`);
  return rows.map(({ size, root, publicKey, signature, signedAt, ...due }) => ({
    ...due,
    signed: { tenantId: due.tenantId, size: Number(size), root, publicKey, signature, signedAt },
  }));
}

/** A batch arrived. What somebody rewound meanwhile stays rewound. */
export async function recordDelivered(
  tx: Transaction,
  { id, delivered }: DueDestination,
  last: number,
  now: Date,
): Promise<void> {
  await tx.execute(sql`update audit.destination set delivered = ${last}, delivered_at = ${now}, failures = 0, failing_since = null,
    problem = null, next_at = ${now} where tenant_id = ${tx.tenantId} and id = ${id} and delivered = ${delivered}`);
}

/** It did not. Answers whether the destination is disabled by that. */
export async function recordFailure(
  tx: Transaction,
  { id, delivered }: DueDestination,
  { state, failures, failingSince, problem, nextAt }: ReturnType<typeof afterFailure>,
): Promise<boolean> {
  const touched = await tx.execute(sql`update audit.destination set state = ${state}, failures = ${failures},
    failing_since = ${failingSince}, problem = ${problem}, next_at = ${nextAt}
    where tenant_id = ${tx.tenantId} and id = ${id} and delivered = ${delivered} and state = 'active'`);
  return touched > 0 && state === 'disabled';
}
