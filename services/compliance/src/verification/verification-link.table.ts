import { sql, type Transaction } from '@tenantry/database';
import type { KeptLink } from './verification-link.js';

/** The link of a request, which nobody else looks at until the commit. */
export function lockLink(tx: Transaction, requestId: string): Promise<KeptLink | undefined> {
  return tx.one<KeptLink>(sql`
    select nonce, sent, expires_at as "expiresAt", used_at as "usedAt" from compliance.verification_link
    where request_id = ${requestId} for update`);
}

/** Replaces the link of a request. */
export async function saveLink(
  tx: Transaction,
  requestId: string,
  { nonce, sent, expiresAt, usedAt }: KeptLink,
): Promise<void> {
  await tx.execute(sql`
    insert into compliance.verification_link (tenant_id, request_id, nonce, sent, expires_at, used_at)
    values (${tx.tenantId}, ${requestId}, ${nonce}, ${sent}, ${expiresAt}, ${usedAt})
    on conflict (tenant_id, request_id) do update
    set nonce = excluded.nonce, sent = excluded.sent, expires_at = excluded.expires_at, used_at = excluded.used_at`);
}

/** Ends what was mailed for a request, the code and the link. */
export async function endMailed(tx: Transaction, requestId: string, now: Date): Promise<void> {
  await tx.execute(sql`update compliance.verification_code set code = null where request_id = ${requestId}`);
  await tx.execute(
    sql`update compliance.verification_link set used_at = ${now} where request_id = ${requestId} and used_at is null`,
  );
}
