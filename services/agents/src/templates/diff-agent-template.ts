import { Controller } from '@nestjs/common';
import { diffAgentTemplate, type DiffAgentTemplateRequest, type DiffAgentTemplateResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { upgraded } from './template.js';
import { Templates } from './templates.js';

/** Tells what an upgrade of an agent to the newest version of its template would bring. */
@Controller()
export class DiffAgentTemplate {
  constructor(private readonly templates: Templates) {}

  @Handles(diffAgentTemplate)
  async handle({ agentId }: DiffAgentTemplateRequest, ctx: TenantContext): Promise<DiffAgentTemplateResponse> {
    const { from, to, newest } = await this.templates.lineageOf(agentId, this.templates.reading(ctx));
    const { changes } = upgraded(from, to, newest.config);
    return { template: to.name, from: from.version, to: to.version, data: changes.map((change) => ({ ...change })) };
  }
}
