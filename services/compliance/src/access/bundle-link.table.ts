import { sql, type Transaction } from '@tenantry/database';
import { type BundleLink, hashOf, type LinkSecrets, MAX_TRIES } from './bundle-link.js';

/** Keeps a link; the one before ends. */
export async function saveLink(
  tx: Transaction,
  planId: string,
  { token, code }: LinkSecrets,
  expiresAt: Date,
): Promise<void> {
  await tx.execute(sql`
    insert into compliance.bundle_link (tenant_id, plan_id, token_hash, code_hash, tries_left, expires_at)
    values (${tx.tenantId}, ${planId}, ${hashOf(token)}, ${hashOf(code)}, ${MAX_TRIES}, ${expiresAt})
    on conflict (tenant_id, plan_id) do update set token_hash = excluded.token_hash, code_hash = excluded.code_hash,
      tries_left = excluded.tries_left, expires_at = excluded.expires_at, used_at = null`);
}

/** The link of a token, locked, whichever tenant it is of. */
export async function lockLink(tx: Transaction, token: string): Promise<BundleLink | undefined> {
  return tx.one<BundleLink>(sql`
    select tenant_id as "tenantId", plan_id as "planId", code_hash as "codeHash", tries_left as "triesLeft", expires_at as "expiresAt",
      used_at as "usedAt"
    from compliance.bundle_link where token_hash = ${hashOf(token)} for update`);
}

/** Counts a wrong code. */
export async function noteWrongCode(tx: Transaction, { tenantId, planId }: BundleLink): Promise<void> {
  await tx.execute(sql`update compliance.bundle_link set tries_left = tries_left - 1
    where tenant_id = ${tenantId} and plan_id = ${planId}`);
}

/** Uses a link up; answers whether it was still to be used, and no newer one has taken its place. */
export async function useLink(tx: Transaction, token: string, usedAt: Date): Promise<boolean> {
  const used = await tx.execute(sql`update compliance.bundle_link set used_at = ${usedAt}
    where token_hash = ${hashOf(token)} and used_at is null and tries_left > 0`);
  return used > 0;
}
