import { Controller } from '@nestjs/common';
import { replaceToolHosts, ToolHostsReplaced, type ReplaceToolHostsRequest, type ToolHosts } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { readHosts } from './tool-api.js';
import { findHosts, saveHosts } from './tool-api.table.js';
import { ToolApis } from './tool-apis.js';

/** Replaces the list of hosts that the tenant's tools may reach. */
@Controller()
export class ReplaceToolHosts {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly apis: ToolApis,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceToolHosts)
  async handle(request: ReplaceToolHostsRequest, ctx: TenantContext): Promise<ToolHosts> {
    const hosts = readHosts(request.hosts);
    await this.tenants.transaction(ctx, async (tx) => {
      const before = await findHosts(tx);
      await saveHosts(tx, hosts, this.clock.now());
      const [old, fresh] = [{ hosts: before.join(' ') }, { hosts: hosts.join(' ') }];
      const changes = [{ resource: 'tool_hosts', id: ctx.tenantId, action: 'update' as const, old, new: fresh }];
      tx.publish(new ToolHostsReplaced({ hosts: hosts.length }), { changes });
    });
    this.apis.forget(ctx);
    return { hosts };
  }
}
