import { sql, type PersonDatabase, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';

/** The hashes of the caller's last passwords before the present one, the newest first. */
export async function findFormer(persons: PersonDatabase, ctx: TenantContext, limit: number): Promise<string[]> {
  const found = await persons.query<{ hash: string }>(
    ctx,
    sql`select password_hash as hash from identity.former_password order by replaced_at desc limit ${limit}`,
  );
  return found.map(({ hash }) => hash);
}

/** Keeps a password that was replaced, and of all of them only the last `most`. */
export async function keepFormer(
  tx: Transaction,
  {
    personId,
    hash,
    most,
    now,
  }: { readonly personId: string; readonly hash: string; readonly most: number; readonly now: Date },
): Promise<void> {
  if (most > 0) {
    await tx.execute(sql`
      insert into identity.former_password (person_id, password_hash, replaced_at) values (${personId}, ${hash}, ${now})
      on conflict do nothing`);
  }
  await tx.execute(sql`
    delete from identity.former_password where password_hash not in (
      select password_hash from identity.former_password order by replaced_at desc limit ${most})`);
}
