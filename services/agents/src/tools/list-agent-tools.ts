import { Controller } from '@nestjs/common';
import { listAgentTools, type ListAgentToolsRequest, type ListAgentToolsResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Toolbox } from './toolbox.js';

/** Lists the tools that the caller may call. */
@Controller()
export class ListAgentTools {
  constructor(private readonly toolbox: Toolbox) {}

  @Handles(listAgentTools)
  async handle(_request: ListAgentToolsRequest, ctx: TenantContext): Promise<ListAgentToolsResponse> {
    return { data: await this.toolbox.list(ctx) };
  }
}
