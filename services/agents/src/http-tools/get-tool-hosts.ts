import { Controller } from '@nestjs/common';
import { getToolHosts, type GetToolHostsRequest, type ToolHosts } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { findHosts } from './tool-api.table.js';

/** Gives the list of hosts that the tenant's tools may reach. */
@Controller()
export class GetToolHosts {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getToolHosts)
  async handle(_request: GetToolHostsRequest, ctx: TenantContext): Promise<ToolHosts> {
    return { hosts: await findHosts(reading(this.tenants, ctx)) };
  }
}
