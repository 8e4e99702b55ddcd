import { sql, type ControlDatabase, type PersonDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';

/** What a person signs in with. */
export interface Account {
  readonly personId: string;
  readonly email: string;
  /** Null until the person has chosen a password. */
  readonly passwordHash: string | null;
  /** Since when they have it; without one since there is an account. */
  readonly passwordSetAt: Date;
  /** The tenant that the last access token was for. */
  readonly lastTenant: string | null;
  readonly createdAt: Date;
}

const columns = sql`id as "personId", email, password_hash as "passwordHash", password_set_at as "passwordSetAt", last_tenant as "lastTenant", created_at as "createdAt"`;

/** The account behind an address, before anybody is known. */
export async function findAccountByEmail(control: ControlDatabase, email: string): Promise<Account | undefined> {
  const [account] = await control
    .job('identity_signin')
    .query<Account>(sql`select ${columns} from identity.person where email = ${email}`);
  return account;
}

/** The same for a person who is named by a credential that they showed. */
export async function findAccountById(control: ControlDatabase, personId: string): Promise<Account | undefined> {
  const [account] = await control
    .job('identity_signin')
    .query<Account>(sql`select ${columns} from identity.person where id = ${personId}`);
  return account;
}

/** The caller's own account. */
export async function findOwnAccount(persons: PersonDatabase, ctx: TenantContext): Promise<Account | undefined> {
  const [account] = await persons.query<Account>(ctx, sql`select ${columns} from identity.person`);
  return account;
}

/** Replaces the password, if it is still the one that was checked; answers whether it was. */
export async function replacePasswordHash(
  tx: Transaction,
  old: string | null,
  { passwordHash, setAt }: { readonly passwordHash: string; readonly setAt: Date },
): Promise<boolean> {
  const changed = await tx.execute(sql`
    update identity.person set password_hash = ${passwordHash}, password_set_at = ${setAt}
    where password_hash is not distinct from ${old}`);
  return changed === 1;
}

/** The next access token will be for this tenant. */
export async function rememberTenant(tx: Transaction, tenantId: string): Promise<void> {
  await tx.execute(
    sql`update identity.person set last_tenant = ${tenantId} where last_tenant is distinct from ${tenantId}`,
  );
}
