import { sql, type ControlDatabase, type Transaction } from '@tenantry/database';

/** Whose link a token is of, and for which tenant it was sent; before anybody is known. */
export async function findLink(
  control: ControlDatabase,
  hash: Buffer,
  now: Date,
): Promise<{ personId: string; email: string; forTenant: string } | undefined> {
  const [link] = await control.job('identity_signin').query<{ personId: string; email: string; forTenant: string }>(sql`
    select person.id as "personId", email, for_tenant as "forTenant"
    from identity.one_time_link join identity.person on person.id = one_time_link.person_id
    where hash = ${hash} and expires_at > ${now}`);
  return link;
}

/** Uses a link up, and with it every other link of the person; answers whether it still worked. */
export async function useLink(tx: Transaction, hash: Buffer, now: Date): Promise<boolean> {
  const used = await tx.execute(sql`delete from identity.one_time_link where hash = ${hash} and expires_at > ${now}`);
  await tx.execute(sql`delete from identity.one_time_link`);
  return used === 1;
}
