import { Controller } from '@nestjs/common';
import {
  AgentVersionDrafted,
  draftAgentVersion,
  type AgentVersion,
  type DraftAgentVersionRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertNotArchived } from '../registry/agent.js';
import { lockAgent } from '../registry/agent.table.js';
import { checkConfig } from './version.js';
import { insertVersion, toMessage, versionChanges } from './version.table.js';

/** Drafts a version, which nobody can change from then on. */
@Controller()
export class DraftAgentVersion {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(draftAgentVersion)
  async handle({ agentId, config, note }: DraftAgentVersionRequest, ctx: TenantContext): Promise<AgentVersion> {
    checkConfig(config);
    const createdAt = this.clock.now();
    return this.tenants.transaction(ctx, async (tx) => {
      assertNotArchived(await lockAgent(tx, agentId));
      const draft = { agentId, config, note: note ?? null, createdBy: ctx.actor.id, createdAt };
      const version = await insertVersion(tx, draft);
      tx.publish(new AgentVersionDrafted({ agentId, number: version.number }), { changes: versionChanges(version) });
      return toMessage(version);
    });
  }
}
