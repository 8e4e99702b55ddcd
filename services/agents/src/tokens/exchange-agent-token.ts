import { Controller } from '@nestjs/common';
import { exchangeAgentToken, type ExchangeAgentTokenRequest, type NewAgentToken } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { entryInForce, lockAgent } from '../registry/agent.table.js';
import { narrowToken } from './token.js';
import { lockLiveToken } from './token.table.js';
import { TokenAllowances } from './token-allowances.js';
import { TokenDesk } from './token-desk.js';

/** Exchanges the token that the caller showed for a narrower one. */
@Controller()
export class ExchangeAgentToken {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: TokenDesk,
    private readonly allowances: TokenAllowances,
    private readonly clock: Clock,
  ) {}

  @Handles(exchangeAgentToken)
  async handle(request: ExchangeAgentTokenRequest, ctx: TenantContext): Promise<NewAgentToken> {
    const { actor, credentialId, agentId } = ctx;
    if (actor.kind !== 'agent' || credentialId === null || agentId === null)
      throw new Fault('forbidden', { detail: 'Only an agent’s token can be exchanged' });
    return this.tenants.transaction(ctx, async (tx) => {
      const now = this.clock.now();
      const agent = await entryInForce(tx, await lockAgent(tx, request.agentId ?? agentId));
      const parent = await lockLiveToken(tx, credentialId, now);
      const budget = request.budget ?? null;
      const token = narrowToken(parent, request, agent, ctx, now);
      return this.desk.handOut(tx, await this.allowances.give(tx, token, budget, parent.allowanceId), budget);
    });
  }
}
