import { Controller } from '@nestjs/common';
import {
  AgentCreated,
  AgentVersionDrafted,
  createAgentFromTemplate,
  type Agent,
  type CreateAgentFromTemplateRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { openAgent } from '../registry/agent.js';
import { agentChanges, insertAgent, toMessage } from '../registry/agent.table.js';
import { insertVersion, versionChanges } from '../versions/version.table.js';
import { Templates } from './templates.js';

/** Makes an agent with a draft that says what a template says: both in one commit. */
@Controller()
export class CreateAgentFromTemplate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly templates: Templates,
    private readonly clock: Clock,
  ) {}

  @Handles(createAgentFromTemplate)
  async handle(request: CreateAgentFromTemplateRequest, ctx: TenantContext): Promise<Agent> {
    const template = await this.templates.get(request.name);
    const createdAt = this.clock.now();
    const wish = { name: request.agentName, purpose: request.purpose ?? template.description };
    const agent = openAgent(wish, ctx, createdAt);
    const facts = {
      agentId: agent.id,
      config: template.config,
      note: template.title,
      createdBy: ctx.actor.id,
      createdAt,
    };
    return this.tenants.transaction(ctx, async (tx) => {
      await insertAgent(tx, agent);
      const version = await insertVersion(tx, {
        ...facts,
        origin: { template: template.name, version: template.version },
      });
      tx.publish(new AgentCreated({ agentId: agent.id }), { changes: agentChanges(agent) });
      const changes = versionChanges(version);
      tx.publish(new AgentVersionDrafted({ agentId: agent.id, number: version.number }), { changes });
      return toMessage(agent);
    });
  }
}
