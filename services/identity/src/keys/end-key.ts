import { ApiKeyRevoked } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { revocation } from '../sessions/session.table.js';
import { lockKey, revokeKey } from './api-key.table.js';

/** Revokes a key: its row, the directory and the event in one commit. Answers whether it did; undefined for a key that is not the tenant's. */
export async function endKey(tx: Transaction, id: string, now: Date): Promise<boolean | undefined> {
  const key = await lockKey(tx, id);
  if (!key) return undefined;
  if (key.revokedAt) return false;
  await revokeKey(tx, key, now);
  tx.project('revocations', key.id, revocation(now), 1);
  const change = { resource: 'api_key', id: key.id, action: 'update' } as const;
  tx.publish(new ApiKeyRevoked({ keyId: key.id }), {
    changes: [{ ...change, old: { revokedAt: null }, new: { revokedAt: now.toISOString() } }],
  });
  return true;
}
