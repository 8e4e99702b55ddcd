import { sql, type Transaction } from '@tenantry/database';
import type { PrivacyRequest, TimedRequest } from '../requests/privacy-request.js';
import { findRequestIfAny, lockRequestIfAny } from '../requests/privacy-request.table.js';
import { levelNeeded } from '../requests/request-type.js';
import { DUPLICATE_DAYS } from './duplicate.js';

/** More later requests of one person than this are left to people. */
const MAX_LATER = 20;

type Wish = Pick<PrivacyRequest, 'id' | 'type' | 'subjectEmail' | 'receivedAt' | 'controllerEmail'>;

interface Id {
  readonly id: string;
}

/** Lets proofs about one person and type happen one after another, so that of two at once the second sees the first. */
export async function lockPerson(tx: Transaction, { type, subjectEmail }: Wish): Promise<void> {
  const who = JSON.stringify(['compliance duplicates', tx.tenantId, type, subjectEmail]);
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${who}, 0))`);
}

/** A request, if there is one, locked after its person. */
export async function lockNamed(tx: Transaction, requestId: string): Promise<TimedRequest | undefined> {
  const request = await findRequestIfAny(tx, requestId);
  if (!request) return undefined;
  await lockPerson(tx, request);
  return lockRequestIfAny(tx, requestId);
}

const likeIt = (wish: Wish) => sql`
  lower(subject_email) = ${wish.subjectEmail} and type = ${wish.type}
  and controller_email is not distinct from ${wish.controllerEmail}::text
  and verified_level >= case when is_sensitive then ${levelNeeded(wish.type, true)}::integer else ${levelNeeded(wish.type, false)}::integer end
  and received_at between ${wish.receivedAt}::timestamptz - make_interval(days => ${DUPLICATE_DAYS}::integer)
    and ${wish.receivedAt}::timestamptz + make_interval(days => ${DUPLICATE_DAYS}::integer)`;

/** The verified request that one may be a duplicate of: the first that is open, else the first. */
export async function findEarlier(tx: Transaction, wish: Wish): Promise<string | null> {
  const found = await tx.one<Id>(sql`
    select id from compliance.privacy_request
    where ${likeIt(wish)} and id < ${wish.id}
    order by closed_at is not null, id limit 1`);
  return found?.id ?? null;
}

/** Open verified requests that came after one and are no duplicates yet, or, as nobody has decided, of one that came after it too; the oldest first. */
export async function findLater(tx: Transaction, wish: Wish): Promise<string[]> {
  const found = await tx.query<Id>(sql`
    select id from compliance.privacy_request
    where ${likeIt(wish)} and id > ${wish.id} and closed_at is null
      and (duplicate_of is null or (duplicate_of > ${wish.id} and duplicate_decision is null))
    order by id limit ${MAX_LATER}`);
  return found.map(({ id }) => id);
}

/** Open duplicates of a request, the oldest first. */
export async function findDuplicates(tx: Transaction, ofId: string, decision: 'merged' | null): Promise<string[]> {
  const found = await tx.query<Id>(sql`
    select id from compliance.privacy_request
    where duplicate_of = ${ofId} and closed_at is null and (${decision}::text is null or duplicate_decision = ${decision})
    order by id`);
  return found.map(({ id }) => id);
}
