import { Controller } from '@nestjs/common';
import {
  AgentStopChanged,
  setAgentStop,
  setPlatformAgentStop,
  type AgentStop,
  type SetAgentStopRequest,
  type SetPlatformAgentStopRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findStop, saveStop, toMessage } from './agent-stop.table.js';

/** Stops all agents of a tenant, or of the platform, which is a tenant with a switch of its own; or lets them go on. */
@Controller()
export class SetAgentStop {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(setAgentStop)
  handle(request: SetAgentStopRequest, ctx: TenantContext): Promise<AgentStop> {
    return this.set(request, ctx);
  }

  @Handles(setPlatformAgentStop)
  handleAll(request: SetPlatformAgentStopRequest, ctx: TenantContext): Promise<AgentStop> {
    return this.set(request, ctx);
  }

  private async set({ stopped, reason = null }: SetAgentStopRequest, ctx: TenantContext): Promise<AgentStop> {
    const stop = { stopped, reason, changedBy: ctx.actor.id, changedAt: this.clock.now() };
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await findStop(tx);
      await saveStop(tx, stop);
      tx.publish(new AgentStopChanged({ stopped, reason }), {
        changes: [
          {
            ...{ resource: 'agent_stop', id: ctx.tenantId, action: 'update' },
            ...{ old: { stopped: before?.stopped ?? false }, new: { stopped, reason } },
          },
        ],
      });
      return toMessage(stop);
    });
  }
}
