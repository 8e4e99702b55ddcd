import { Controller } from '@nestjs/common';
import {
  AgentConfig,
  diffAgentVersions,
  printMessage,
  type DiffAgentVersionsRequest,
  type DiffAgentVersionsResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { diffConfigs } from './diff.js';
import { findVersion } from './version.table.js';

/** Tells what is different between two versions. */
@Controller()
export class DiffAgentVersions {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(diffAgentVersions)
  async handle(
    { agentId, from, to }: DiffAgentVersionsRequest,
    ctx: TenantContext,
  ): Promise<DiffAgentVersionsResponse> {
    const rows = reading(this.tenants, ctx);
    const [before, after] = await Promise.all([findVersion(rows, agentId, from), findVersion(rows, agentId, to)]);
    return { data: diffConfigs(printMessage(AgentConfig, before.config), printMessage(AgentConfig, after.config)) };
  }
}
