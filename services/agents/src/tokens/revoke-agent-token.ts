import { Controller } from '@nestjs/common';
import { revokeAgentToken, type Empty, type RevokeAgentTokenRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { endToken } from './end-token.js';
import { agentOfToken } from './token.table.js';

/** Revokes a token and all that it was exchanged for. Doing it again changes nothing. */
@Controller()
export class RevokeAgentToken {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(revokeAgentToken)
  async handle({ agentId, tokenId }: RevokeAgentTokenRequest, ctx: TenantContext): Promise<Empty> {
    await this.tenants.transaction(ctx, async (tx) => {
      if ((await agentOfToken(tx, tokenId)) !== agentId) throw new Fault('not-found');
      await endToken(tx, tokenId, this.clock.now());
    });
    return {};
  }
}
