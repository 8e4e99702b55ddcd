import { Controller } from '@nestjs/common';
import { getAgentStop, getPlatformAgentStop, type AgentStop, type GetAgentStopRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { findStop, toMessage } from './agent-stop.table.js';

/** Tells whether all agents of a tenant, or of the platform, are stopped. */
@Controller()
export class GetAgentStop {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAgentStop)
  async handle(_request: GetAgentStopRequest, ctx: TenantContext): Promise<AgentStop> {
    return toMessage(await findStop(reading(this.tenants, ctx)));
  }

  @Handles(getPlatformAgentStop)
  handleAll(request: GetAgentStopRequest, ctx: TenantContext): Promise<AgentStop> {
    return this.handle(request, ctx);
  }
}
