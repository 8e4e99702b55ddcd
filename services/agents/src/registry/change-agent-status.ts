import { Injectable } from '@nestjs/common';
import { AgentStatusChanged, type Agent } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { withStatus, type AgentStatus } from './agent.js';
import { lockAgent, saveAgent, toMessage } from './agent.table.js';

/** Pauses, resumes or archives an agent: its row, the directory and the event in one commit. */
@Injectable()
export class ChangeAgentStatus {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found`, or `conflict` for an archived agent */
  async to(status: AgentStatus, agentId: string, ctx: TenantContext): Promise<Agent> {
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockAgent(tx, agentId);
      const after = withStatus(before, status, this.clock.now());
      if (after === before) return toMessage(before);
      await saveAgent(tx, after);
      tx.publish(new AgentStatusChanged({ agentId, status }), {
        changes: [
          { resource: 'agent', id: agentId, action: 'update', old: { status: before.status }, new: { status } },
        ],
      });
      return toMessage(after);
    });
  }
}
