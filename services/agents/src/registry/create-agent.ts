import { Controller } from '@nestjs/common';
import { AgentCreated, createAgent, type Agent, type CreateAgentRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { openAgent } from './agent.js';
import { agentChanges, insertAgent, toMessage } from './agent.table.js';
import { isMember } from './membership.js';

/** Registers an agent, which can do nothing yet. */
@Controller()
export class CreateAgent {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(createAgent)
  async handle(request: CreateAgentRequest, ctx: TenantContext): Promise<Agent> {
    const agent = openAgent(request, ctx, this.clock.now());
    if (request.ownerId) await this.assertMember(request.ownerId, ctx.tenantId);
    return this.tenants.transaction(ctx, async (tx) => {
      await insertAgent(tx, agent);
      tx.publish(new AgentCreated({ agentId: agent.id }), { changes: agentChanges(agent) });
      return toMessage(agent);
    });
  }

  /** @throws Fault `invalid-input`, alike for somebody else's member and for nobody */
  private async assertMember(userId: string, tenantId: string): Promise<void> {
    if (!(await isMember(this.directories.members, userId, tenantId)))
      throw new Fault('invalid-input', {
        field: 'ownerId',
        detail: 'Only a member of the tenant can answer for an agent',
      });
  }
}
