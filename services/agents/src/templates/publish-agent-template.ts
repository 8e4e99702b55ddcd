import { Controller } from '@nestjs/common';
import {
  AgentTemplatePublished,
  publishAgentTemplate,
  type AgentTemplate,
  type PublishAgentTemplateRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { checkTemplate } from './template.js';
import { insertTemplate, toMessage } from './template.table.js';

/** Publishes a version of a template, which nobody can change from then on. */
@Controller()
export class PublishAgentTemplate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(publishAgentTemplate)
  async handle(request: PublishAgentTemplateRequest, ctx: TenantContext): Promise<AgentTemplate> {
    const { name, title, description = null, config, note = null } = request;
    checkTemplate(config);
    const facts = { name, title, description, config, note, publishedBy: ctx.actor.id, publishedAt: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      const template = await insertTemplate(tx, facts);
      const { version } = template;
      const changes = [
        { resource: 'agent_template', id: `${name}/${version}`, action: 'insert' as const, new: { title, note } },
      ];
      tx.publish(new AgentTemplatePublished({ name, version }), { changes });
      return toMessage(template);
    });
  }
}
