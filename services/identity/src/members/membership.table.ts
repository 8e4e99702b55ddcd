import { empty, onUnique, sql, type ControlDatabase, type TenantDatabase, type Transaction } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';

/** A person in a tenant, as the tenant knows them. */
export interface MembershipRow {
  readonly userId: string;
  readonly email: string;
  readonly name: string | null;
  readonly role: string;
  readonly joinedAt: Date;
}

const columns = sql`person_id as "userId", email, name, role, joined_at as "joinedAt"`;

/** Where a page of members goes on. */
export type MemberPosition = readonly [joinedAt: string, userId: string];

/** Up to `limit` members after a position, in the order of joining. */
export function listMemberships(
  tenants: TenantDatabase,
  ctx: TenantContext,
  after: MemberPosition | null,
  limit: number,
): Promise<MembershipRow[]> {
  const start = after ? sql`where (joined_at, person_id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : empty;
  return tenants.query<MembershipRow>(
    ctx,
    sql`select ${columns} from identity.membership ${start} order by joined_at, person_id limit ${limit}`,
  );
}

export async function findMembership(
  tenants: TenantDatabase,
  ctx: TenantContext,
  userId: string,
): Promise<MembershipRow | undefined> {
  const [row] = await tenants.query<MembershipRow>(
    ctx,
    sql`select ${columns} from identity.membership where person_id = ${userId}`,
  );
  return row;
}

/** Whether anybody has a role. */
export async function hasMemberWith(tenants: TenantDatabase, ctx: TenantContext, role: string): Promise<boolean> {
  return (await tenants.query(ctx, sql`select from identity.membership where role = ${role} limit 1`)).length > 0;
}

/** The same as findMembership, within a transaction. */
export function memberOf(tx: Transaction, userId: string): Promise<MembershipRow | undefined> {
  return tx.one<MembershipRow>(sql`select ${columns} from identity.membership where person_id = ${userId}`);
}

export function findMembershipByEmail(tx: Transaction, email: string): Promise<MembershipRow | undefined> {
  return tx.one<MembershipRow>(
    sql`select ${columns} from identity.membership where email = ${email} order by joined_at limit 1`,
  );
}

/** @param grantedBy who gave them the role; null when nobody of the tenant did @throws Fault `member-exists` */
export async function insertMembership(tx: Transaction, row: MembershipRow, grantedBy: string | null): Promise<void> {
  await tx
    .execute(
      sql`
      insert into identity.membership (tenant_id, person_id, email, name, role, joined_at, granted_by)
      values (${tx.tenantId}, ${row.userId}, ${row.email}, ${row.name}, ${row.role}, ${row.joinedAt}, ${grantedBy})`,
    )
    .catch(onUnique('membership_once', () => new Fault('member-exists', { field: 'email' })));
}

/**
 * A member and everybody of the tenant's highest role, locked in one order: of two changes that would each leave one owner,
 * the second waits and then sees the first.
 */
export function lockMembers(tx: Transaction, userId: string, topRole: string): Promise<MembershipRow[]> {
  return tx.query<MembershipRow>(sql`
    select ${columns} from identity.membership where person_id = ${userId} or role = ${topRole} order by person_id for update`);
}

export async function updateRole(tx: Transaction, userId: string, role: string, grantedBy: string): Promise<void> {
  await tx.execute(
    sql`update identity.membership set role = ${role}, granted_by = ${grantedBy} where person_id = ${userId}`,
  );
}

/** Answers whether there was one. */
export async function deleteMembership(tx: Transaction, userId: string): Promise<boolean> {
  return (await tx.execute(sql`delete from identity.membership where person_id = ${userId}`)) === 1;
}

/** Every membership of a person, before anybody is known; in the order of joining. */
export function membershipsOf(
  control: ControlDatabase,
  personId: string,
): Promise<{ tenantId: string; role: string; name: string | null }[]> {
  return control.job('identity_signin').query(sql`
    select tenant_id as "tenantId", role, name from identity.membership where person_id = ${personId} order by joined_at, tenant_id`);
}

/** Where the transaction's tenant's owners are reached, those who joined first before the others. */
export async function ownerAddresses(tx: Transaction, limit: number): Promise<string[]> {
  const owners = await tx.query<{ email: string }>(
    sql`select email from identity.membership where role in ('owner', 'super_admin') order by joined_at, person_id limit ${limit}`,
  );
  return owners.map(({ email }) => email);
}
