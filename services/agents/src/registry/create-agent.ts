import { Controller } from '@nestjs/common';
import { AgentCreated, createAgent, type Agent, type CreateAgentRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { openAgent } from './agent.js';
import { agentChanges, insertAgent, toMessage } from './agent.table.js';

/** Registers an agent, which can do nothing yet. */
@Controller()
export class CreateAgent {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(createAgent)
  async handle(request: CreateAgentRequest, ctx: TenantContext): Promise<Agent> {
    const agent = openAgent(request, ctx, this.clock.now());
    return this.tenants.transaction(ctx, async (tx) => {
      await insertAgent(tx, agent);
      tx.publish(new AgentCreated({ agentId: agent.id }), { changes: agentChanges(agent) });
      return toMessage(agent);
    });
  }
}
