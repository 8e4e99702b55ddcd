import { sql, type Transaction } from '@tenantry/database';
import type { CodeFacts } from './code.js';

/** The code of a request as it is kept: sealed, or null when it is used up. */
export interface KeptCode extends CodeFacts {
  readonly code: string | null;
}

/** The code of a request, which nobody else looks at until the commit. */
export function lockCode(tx: Transaction, requestId: string): Promise<KeptCode | undefined> {
  return tx.one<KeptCode>(sql`
    select code, sent, attempts, expires_at as "expiresAt" from compliance.verification_code
    where request_id = ${requestId} for update`);
}

/** Replaces the code of a request. */
export async function saveCode(tx: Transaction, requestId: string, kept: KeptCode): Promise<void> {
  await tx.execute(sql`
    insert into compliance.verification_code (tenant_id, request_id, code, sent, attempts, expires_at)
    values (${tx.tenantId}, ${requestId}, ${kept.code}, ${kept.sent}, ${kept.attempts}, ${kept.expiresAt})
    on conflict (tenant_id, request_id) do update
    set code = excluded.code, sent = excluded.sent, attempts = excluded.attempts, expires_at = excluded.expires_at`);
}
