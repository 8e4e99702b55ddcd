import { Controller } from '@nestjs/common';
import { AgentTokenRevoked, revokeAgentToken, type Empty, type RevokeAgentTokenRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { hasToken, revokeTree } from './token.table.js';

/** Revokes a token and all that it was exchanged for. Doing it again changes nothing. */
@Controller()
export class RevokeAgentToken {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(revokeAgentToken)
  async handle({ agentId, tokenId }: RevokeAgentTokenRequest, ctx: TenantContext): Promise<Empty> {
    const now = this.clock.now();
    await this.tenants.transaction(ctx, async (tx) => {
      if (!(await hasToken(tx, agentId, tokenId))) throw new Fault('not-found');
      const revoked = await revokeTree(tx, tokenId, now);
      if (revoked.length === 0) return;
      tx.publish(new AgentTokenRevoked({ agentId, tokenId, revoked: revoked.length }), {
        changes: revoked.slice(0, MAX_CHANGES).map((id) => ({
          ...{ resource: 'agent_token', id, action: 'update' as const },
          ...{ old: { revokedAt: null }, new: { revokedAt: now.toISOString() } },
        })),
      });
    });
    return {};
  }
}

/** What one event carries. */
const MAX_CHANGES = 200;
