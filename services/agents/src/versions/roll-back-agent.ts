import { Controller } from '@nestjs/common';
import {
  AgentVersionRolledBack,
  rollBackAgent,
  type Agent as AgentMessage,
  type RollBackAgentRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { withVersion } from '../registry/agent.js';
import { lockAgent, saveAgent, toMessage } from '../registry/agent.table.js';
import { findVersion, setVersionStatus } from './version.table.js';

/**
 * Takes back the version in force. What was in force before is taken as it was: a way out of trouble must not depend on
 * what the plan, or whoever turns it, has become.
 */
@Controller()
export class RollBackAgent {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(rollBackAgent)
  async handle({ agentId }: RollBackAgentRequest, ctx: TenantContext): Promise<AgentMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const agent = await lockAgent(tx, agentId);
      const number = agent.publishedVersion;
      const restored = number === null ? null : (await findVersion(tx, agentId, number)).replaced;
      if (number === null || restored === null)
        throw new Fault('conflict', { detail: 'No version was in force before; pause the agent instead' });
      const after = withVersion(agent, restored, this.clock.now());
      await setVersionStatus(tx, agentId, number, 'rolled_back');
      await setVersionStatus(tx, agentId, restored, 'published');
      await saveAgent(tx, after);
      tx.publish(new AgentVersionRolledBack({ agentId, number, restored }), {
        changes: [
          {
            ...{ resource: 'agent', id: agentId, action: 'update' },
            ...{ old: { publishedVersion: number }, new: { publishedVersion: restored } },
          },
        ],
      });
      return toMessage(after);
    });
  }
}
