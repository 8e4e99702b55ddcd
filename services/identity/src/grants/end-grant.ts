import { SupportAccessRevoked } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { revocation } from '../sessions/session.table.js';
import { lockGrant, revokeGrant } from './support-grant.table.js';

/** Takes a grant back: its row, the directories and the event in one commit. Answers whether it did; undefined for one that is not the tenant's. */
export async function endGrant(tx: Transaction, grantId: string, now: Date): Promise<boolean | undefined> {
  const grant = await lockGrant(tx, grantId);
  if (!grant) return undefined;
  if (grant.revokedAt) return false;
  await revokeGrant(tx, grantId, now);
  tx.project('grants', grantId, null, 2);
  tx.project('revocations', grantId, revocation(now), 1);
  const change = { resource: 'support_grant', id: grantId, action: 'update' } as const;
  tx.publish(new SupportAccessRevoked({ grantId }), {
    changes: [{ ...change, old: { revokedAt: null }, new: { revokedAt: now.toISOString() } }],
  });
  return true;
}
