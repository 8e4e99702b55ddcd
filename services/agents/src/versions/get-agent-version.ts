import { Controller } from '@nestjs/common';
import { getAgentVersion, type AgentVersion, type GetAgentVersionRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { findVersion, toMessage } from './version.table.js';

/** Gives one version. */
@Controller()
export class GetAgentVersion {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAgentVersion)
  async handle({ agentId, number }: GetAgentVersionRequest, ctx: TenantContext): Promise<AgentVersion> {
    return toMessage(await findVersion(reading(this.tenants, ctx), agentId, number));
  }
}
