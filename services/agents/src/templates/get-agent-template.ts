import { Controller } from '@nestjs/common';
import { getAgentTemplate, type AgentTemplate, type GetAgentTemplateRequest } from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { toMessage } from './template.table.js';
import { Templates } from './templates.js';

/** Gives a version of a template. */
@Controller()
export class GetAgentTemplate {
  constructor(private readonly templates: Templates) {}

  @Handles(getAgentTemplate)
  async handle({ name, version }: GetAgentTemplateRequest): Promise<AgentTemplate> {
    return toMessage(await this.templates.get(name, version ?? null));
  }
}
