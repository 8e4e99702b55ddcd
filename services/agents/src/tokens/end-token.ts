import { AgentTokenRevoked } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { endReservationsSoon } from './reservation.table.js';
import { agentOfToken, revokeTree } from './token.table.js';

/** What one event carries; the token itself is among it. */
const MAX_CHANGES = 200;

/**
 * Revokes a token and all that it was exchanged for: their rows, the directory and the event in one commit. Answers whether anything was alive;
 * undefined for a token that is not the tenant's.
 */
export async function endToken(tx: Transaction, tokenId: string, now: Date): Promise<boolean | undefined> {
  const agentId = await agentOfToken(tx, tokenId);
  if (agentId === undefined) return undefined;
  const revoked = await revokeTree(tx, tokenId, now);
  if (revoked.length === 0) return false;
  await endReservationsSoon(tx, revoked, now);
  const itself = revoked.toSorted((one, other) => Number(other === tokenId) - Number(one === tokenId));
  tx.publish(new AgentTokenRevoked({ agentId, tokenId, revoked: revoked.length }), {
    changes: itself.slice(0, MAX_CHANGES).map((id) => ({
      ...{ resource: 'agent_token', id, action: 'update' as const },
      ...{ old: { revokedAt: null }, new: { revokedAt: now.toISOString() } },
    })),
  });
  return true;
}
