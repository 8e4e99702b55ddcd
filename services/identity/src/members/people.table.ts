import { sql, type Doors, type Sql, type Transaction } from '@tenantry/database';
import { PLATFORM_TENANT_ID, newId } from '@tenantry/kernel';
import type { MemberEntry, Projection } from '@tenantry/messaging';

/**
 * Statements on people beyond the transaction's tenant, in one flight under the role of the one job that may; before and after it the
 * transaction sees its tenant and nothing else. A failure ends the transaction, and the role with it. Answers the rows of each.
 */
async function asDirectory(tx: Transaction, statements: readonly Sql[]): Promise<object[][]> {
  return (await tx.queryAll([ENTER, ...statements, LEAVE])).slice(1, -1);
}

const ENTER = sql`set local role identity_directory`;
const LEAVE = sql`set local role none`;

/** The person behind an address. */
export interface FoundPerson {
  readonly personId: string;
  readonly isNew: boolean;
}

/** Finds the person behind an address, or makes one; only a new one gets the password hash. */
export async function personFor(
  tx: Transaction,
  email: string,
  now: Date,
  passwordHash: string | null = null,
): Promise<FoundPerson> {
  const personId = newId(now);
  const insert = sql`
    insert into identity.person (id, email, password_hash, password_set_at, created_at)
    values (${personId}, ${email}, ${passwordHash}, ${now}, ${now})
    on conflict (email) do nothing returning id`;
  const [made] = await asDirectory(tx, [insert]);
  if (made!.length === 1) return { personId, isNew: true };
  const [known] = await asDirectory(tx, [sql`select id from identity.person where email = ${email}`]);
  const [person] = known as { id: string }[];
  if (!person) throw new Error('a person was removed while being looked up');
  return { personId: person.id, isNew: false };
}

/**
 * Puts into the directory where a person belongs now. The person's row is locked first, and read after that: changes in
 * two tenants at the same time can't lose one another.
 */
export async function projectMember(tx: Transaction, personId: string): Promise<void> {
  const [bumps, memberships] = await asDirectory(tx, [
    sql`update identity.person set directory_version = directory_version + 1 where id = ${personId} returning directory_version as version`,
    sql`select tenant_id as "tenantId", role from identity.membership where person_id = ${personId} order by joined_at, tenant_id`,
  ]);
  const [bumped] = bumps as { version: bigint | string }[];
  if (!bumped) return;
  const entry = memberEntry(Number(bumped.version), memberships as { tenantId: string; role: string }[]);
  tx.project('members', personId, entry, entry.version);
}

/** What the directory says of a person. */
export function memberEntry(
  version: number,
  all: readonly { readonly tenantId: string; readonly role: string }[],
): MemberEntry {
  return {
    version,
    status: 'active',
    platformRole: all.find(({ tenantId }) => tenantId === PLATFORM_TENANT_ID)?.role ?? null,
    memberships: all.filter(({ tenantId }) => tenantId !== PLATFORM_TENANT_ID),
  };
}

/** Removes a person who belongs nowhere and never signed in; answers the password hash that goes with them. */
export async function removeUnusedPerson(
  tx: Transaction,
  personId: string,
): Promise<{ passwordHash: string | null } | undefined> {
  const [rows] = await asDirectory(tx, [
    sql`
      delete from identity.person where id = ${personId}
        and not exists (select from identity.membership where person_id = ${personId})
        and not exists (select from identity.session where person_id = ${personId})
      returning password_hash as "passwordHash", directory_version as version`,
  ]);
  const [removed] = rows as { passwordHash: string | null; version: bigint | string }[];
  if (removed) tx.project('members', personId, null, Number(removed.version) + 1);
  return removed && { passwordHash: removed.passwordHash };
}

/** Removes a person who belongs nowhere any more, with their sessions, tokens and links; whoever holds one is refused from then on. */
export async function removePersonOfNowhere(tx: Transaction, personId: string): Promise<void> {
  const [rows] = await asDirectory(tx, [
    sql`
      delete from identity.person where id = ${personId}
        and not exists (select from identity.membership where person_id = ${personId})
      returning directory_version as version`,
  ]);
  const [removed] = rows as { version: bigint | string }[];
  if (removed) tx.project('members', personId, null, Number(removed.version) + 1);
}

/** Stores the only one-time link of a person for this tenant; not for somebody who has a password. Answers whether it did. */
export async function insertLink(
  tx: Transaction,
  link: { personId: string; hash: Buffer; expiresAt: Date },
): Promise<boolean> {
  const [, stored] = await asDirectory(tx, [
    sql`delete from identity.one_time_link where person_id = ${link.personId} and for_tenant = ${tx.tenantId}`,
    sql`insert into identity.one_time_link (person_id, hash, for_tenant, expires_at)
      select id, ${link.hash}, ${tx.tenantId}, ${link.expiresAt} from identity.person where id = ${link.personId} and password_hash is null
      returning person_id`,
  ]);
  return stored!.length === 1;
}

/** Every entry of the directory of members. */
export async function* allMemberEntries(doors: Doors): AsyncIterable<Projection> {
  const pageSize = 1_000;
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const page = await doors.control.job('identity_directory').query<{
      id: string;
      version: string;
      memberships: { tenantId: string; role: string }[];
    }>(sql`
      select person.id, person.directory_version::text as version, coalesce((
        select jsonb_agg(jsonb_build_object('tenantId', tenant_id, 'role', role) order by joined_at, tenant_id)
        from identity.membership where person_id = person.id), '[]') as memberships
      from identity.person where person.id > ${after} order by person.id limit ${pageSize}`);
    for (const { id, version, memberships } of page) {
      yield { bucket: 'members', key: id, value: memberEntry(Number(version), memberships), version: Number(version) };
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}
