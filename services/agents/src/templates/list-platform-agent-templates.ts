import { Controller } from '@nestjs/common';
import {
  listPlatformAgentTemplates,
  type ListAgentTemplatesResponse,
  type ListPlatformAgentTemplatesRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { listTemplateRows, toMessage } from './template.table.js';
import { Templates } from './templates.js';

/** Lists all templates for the staff that keep them. */
@Controller()
export class ListPlatformAgentTemplates {
  constructor(private readonly templates: Templates) {}

  @Handles(listPlatformAgentTemplates)
  async handle(_request: ListPlatformAgentTemplatesRequest, ctx: TenantContext): Promise<ListAgentTemplatesResponse> {
    return { data: (await listTemplateRows(this.templates.reading(ctx))).map(toMessage) };
  }
}
