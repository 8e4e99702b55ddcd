import { Controller } from '@nestjs/common';
import { getAgent, type Agent, type GetAgentRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { findAgent, toMessage } from './agent.table.js';

/** Gives one agent. */
@Controller()
export class GetAgent {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAgent)
  async handle({ agentId }: GetAgentRequest, ctx: TenantContext): Promise<Agent> {
    return toMessage(await findAgent(reading(this.tenants, ctx), agentId));
  }
}
