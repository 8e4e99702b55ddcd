import { Controller } from '@nestjs/common';
import {
  listAgentTemplates,
  type ListAgentTemplatesRequest,
  type ListAgentTemplatesResponse,
} from '@tenantry/contracts';
import { Handles } from '@tenantry/messaging';
import { toMessage } from './template.table.js';
import { Templates } from './templates.js';

/** Lists the templates that the tenant can make agents from: the same for every tenant. */
@Controller()
export class ListAgentTemplates {
  constructor(private readonly templates: Templates) {}

  @Handles(listAgentTemplates)
  async handle(_request: ListAgentTemplatesRequest): Promise<ListAgentTemplatesResponse> {
    return { data: (await this.templates.offered()).map(toMessage) };
  }
}
