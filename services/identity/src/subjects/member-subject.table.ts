import { sql, type Sql, type Transaction } from '@tenantry/database';
import type { MembershipRow } from '../members/membership.table.js';

/** A person as a privacy request names them. */
export interface Sought {
  readonly email: string | null;
  /** Null also for what is no user id of ours. */
  readonly userId: string | null;
}

/** How many rows of the tenant are about somebody, by what they are. */
export interface SubjectCounts {
  readonly members: bigint;
  /** Whether removing them leaves nobody who may do everything. */
  readonly isLastOwner: boolean;
  readonly prepared: bigint;
  readonly keys: bigint;
}

/** By address or by id; two people when the two do not belong together. */
function isSought({ email, userId }: Sought): Sql {
  return sql`(email = ${email}::text or person_id = ${userId}::uuid)`;
}

export function countSubject(sought: Sought, topRole: string): Sql {
  return sql`
    with own as (select person_id, role from identity.membership where ${isSought(sought)})
    select (select count(*) from own) as members,
      exists (select from own where role = ${topRole}) and not exists (
        select from identity.membership m where m.role = ${topRole} and m.person_id not in (select person_id from own)) as "isLastOwner",
      (select count(*) from identity.prepared_owner where ${isSought(sought)}) as prepared,
      (select count(*) from identity.api_key where created_by = ${sought.userId}::text
        or created_by in (select person_id::text from own)) as keys`;
}

/** A membership as a copy shows it. */
export function findMembers(sought: Sought): Sql {
  return sql`select person_id as "userId", email, name, role, joined_at as "joinedAt"
    from identity.membership where ${isSought(sought)} order by joined_at limit 100`;
}

export function findPrepared(sought: Sought): Sql {
  return sql`select email, prepared_at as "preparedAt" from identity.prepared_owner where ${isSought(sought)} order by prepared_at limit 100`;
}

/** The person's memberships and everybody of the highest role, locked in one order, as every change of members locks them. */
export function lockSought(tx: Transaction, sought: Sought, topRole: string): Promise<MembershipRow[]> {
  return tx.query<MembershipRow>(sql`
    select person_id as "userId", email, name, role, joined_at as "joinedAt" from identity.membership
    where ${isSought(sought)} or role = ${topRole} order by person_id for update`);
}

export async function deletePrepared(tx: Transaction, sought: Sought): Promise<number> {
  return tx.execute(sql`delete from identity.prepared_owner where ${isSought(sought)}`);
}
