import { Controller } from '@nestjs/common';
import { getAgentTokenBudget, type AgentTokenBudget, type GetAgentTokenBudgetRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { leftOf } from './allowance.js';
import { useOf } from './allowance.table.js';
import { isTokenOf } from './token.table.js';

/** Tells what a token may spend on models, and what has become of that. */
@Controller()
export class GetAgentTokenBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(getAgentTokenBudget)
  async handle({ agentId, tokenId }: GetAgentTokenBudgetRequest, ctx: TenantContext): Promise<AgentTokenBudget> {
    const rows = reading(this.tenants, ctx);
    if (!(await isTokenOf(rows, agentId, tokenId))) throw new Fault('not-found');
    const use = await useOf(rows, tokenId, this.clock.now());
    return {
      limit: formatNanos(use.limitNanos),
      spent: formatNanos(use.spentNanos),
      held: formatNanos(use.heldNanos),
      given: formatNanos(use.givenNanos),
      left: formatNanos(leftOf(use)),
      reserved: use.isReserved && !use.isOver,
    };
  }
}
