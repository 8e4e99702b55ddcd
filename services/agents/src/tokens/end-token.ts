import { AgentTokenRevoked } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { endReservationsSoon } from './reservation.table.js';
import { agentOfToken, lockLiveTokensOf, revokeTrees } from './token.table.js';

/** What one event carries; the token itself is among it. */
const MAX_CHANGES = 200;

/**
 * Revokes a token and all that it was exchanged for: their rows, the directory and the event in one commit. Answers whether anything was alive;
 * undefined for a token that is not the tenant's.
 */
export async function endToken(tx: Transaction, tokenId: string, now: Date): Promise<boolean | undefined> {
  const agentId = await agentOfToken(tx, tokenId);
  if (agentId === undefined) return undefined;
  return endTrees(tx, agentId, [tokenId], now);
}

/** The same with every token of an agent. The caller holds the agent's lock, so that there will be none besides. */
export async function endTokensOf(tx: Transaction, agentId: string, now: Date): Promise<void> {
  await endTrees(tx, agentId, await lockLiveTokensOf(tx, agentId, now), now);
}

async function endTrees(tx: Transaction, agentId: string, rootIds: readonly string[], now: Date): Promise<boolean> {
  if (rootIds.length === 0) return false;
  const revoked = await revokeTrees(tx, rootIds, now);
  if (revoked.length === 0) return false;
  const ids = revoked.map(({ id }) => id);
  await endReservationsSoon(tx, ids, now);
  for (const [tokenId, tree] of Map.groupBy(revoked, ({ rootId }) => rootId)) {
    const itself = tree.toSorted((one, other) => Number(other.id === tokenId) - Number(one.id === tokenId));
    tx.publish(new AgentTokenRevoked({ agentId, tokenId, revoked: tree.length }), {
      changes: itself.slice(0, MAX_CHANGES).map(({ id }) => ({
        ...{ resource: 'agent_token', id, action: 'update' as const },
        ...{ old: { revokedAt: null }, new: { revokedAt: now.toISOString() } },
      })),
    });
  }
  return true;
}
