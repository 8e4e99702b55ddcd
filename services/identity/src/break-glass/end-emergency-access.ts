import { BreakGlassEnded } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { revocation } from '../sessions/session.table.js';
import { endAccess, type EmergencyAccess } from './emergency-access.js';
import { accessChange, lockAccessIfAny, saveAccess } from './emergency-access.table.js';

/** Ends emergency access to the transaction's tenant. Answers whether it did; undefined for one that is not the tenant's. */
export async function endEmergencyAccess(
  tx: Transaction,
  accessId: string,
  by: string,
  now: Date,
): Promise<boolean | undefined> {
  const before = await lockAccessIfAny(tx, tx.tenantId, accessId);
  if (!before) return undefined;
  const after = endAccess(before, by, now);
  if (after === before) return false;
  await shutOut(tx, tx.tenantId, after, now);
  return true;
}

/** Keeps an access that has ended: the gateway lets nobody in by it any more, and what was let in before is cut. */
export async function shutOut(tx: Transaction, tenantId: string, ended: EmergencyAccess, now: Date): Promise<void> {
  const { id: accessId } = ended;
  await saveAccess(tx, tenantId, ended);
  tx.project('grants', accessId, null, 2);
  tx.project('revocations', accessId, revocation(now), 1);
  tx.publish(new BreakGlassEnded({ accessId }), { tenantId, changes: [accessChange('update', ended)] });
}
