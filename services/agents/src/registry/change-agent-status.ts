import { Injectable } from '@nestjs/common';
import { AgentStatusChanged, type Agent } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { endTokensOf } from '../tokens/end-token.js';
import { endReservationsOf } from '../tokens/reservation.table.js';
import { withStatus, type Agent as AgentFacts, type AgentStatus } from './agent.js';
import { lockAgent, saveAgent, toMessage } from './agent.table.js';

/** An agent, and whether it was in another status before. */
export interface ChangedAgent {
  readonly agent: AgentFacts;
  readonly changed: boolean;
}

/**
 * Pauses, resumes or archives an agent: its row, the directory and the event in one commit. What is held for its tokens ends with it, and an
 * archived one's tokens do, with all that they were exchanged for.
 */
@Injectable()
export class ChangeAgentStatus {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found`, or `conflict` for an archived agent */
  async to(status: AgentStatus, agentId: string, ctx: TenantContext): Promise<Agent> {
    const { agent } = await this.tenants.transaction(ctx, (tx) => this.change(tx, status, agentId));
    return toMessage(agent);
  }

  /** The same within a commit that does more; answers also whether it was in another status. */
  async change(tx: Transaction, status: AgentStatus, agentId: string): Promise<ChangedAgent> {
    const before = await lockAgent(tx, agentId);
    const after = withStatus(before, status, this.clock.now());
    if (after === before) return { agent: before, changed: false };
    await saveAgent(tx, after);
    if (status === 'archived') await endTokensOf(tx, agentId, after.updatedAt);
    if (status === 'paused') await endReservationsOf(tx, agentId, after.updatedAt);
    tx.publish(new AgentStatusChanged({ agentId, status }), {
      changes: [{ resource: 'agent', id: agentId, action: 'update', old: { status: before.status }, new: { status } }],
    });
    return { agent: after, changed: true };
  }
}
