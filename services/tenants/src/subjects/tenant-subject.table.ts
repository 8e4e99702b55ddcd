import { sql, type Sql, type Transaction } from '@tenantry/database';

/** The place of the registry with something about a person: whom a tenant is being made for. */
export const PLACE = 'tenants.provisioning';

export function countOwners(email: string | null): Sql {
  return sql`select count(*) as rows from tenants.provisioning where lower(owner_email) = ${email}::text`;
}

export function findOwners(email: string | null): Sql {
  return sql`select owner_email as "ownerEmail", started_at as "startedAt" from tenants.provisioning where lower(owner_email) = ${email}::text`;
}

export async function forgetOwner(tx: Transaction, email: string | null): Promise<number> {
  return tx.execute(sql`update tenants.provisioning set owner_email = null where lower(owner_email) = ${email}::text`);
}
