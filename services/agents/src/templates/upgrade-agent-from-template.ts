import { Controller } from '@nestjs/common';
import {
  AgentVersionDrafted,
  upgradeAgentFromTemplate,
  type AgentVersion,
  type UpgradeAgentFromTemplateRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { assertNotArchived } from '../registry/agent.js';
import { lockAgent } from '../registry/agent.table.js';
import { checkConfig } from '../versions/version.js';
import { insertVersion, toMessage, versionChanges } from '../versions/version.table.js';
import type { Change } from './merge.js';
import { upgraded } from './template.js';
import { Templates } from './templates.js';

/** Drafts a version with what the newest version of an agent's template changed. */
@Controller()
export class UpgradeAgentFromTemplate {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly templates: Templates,
    private readonly clock: Clock,
  ) {}

  @Handles(upgradeAgentFromTemplate)
  async handle({ agentId, take }: UpgradeAgentFromTemplateRequest, ctx: TenantContext): Promise<AgentVersion> {
    const createdAt = this.clock.now();
    return this.tenants.transaction(ctx, async (tx) => {
      assertNotArchived(await lockAgent(tx, agentId));
      const { from, to, newest } = await this.templates.lineageOf(agentId, tx);
      if (from.version === to.version)
        throw new Fault('conflict', {
          detail: `The agent has the newest version of ${to.name}, which is ${to.version}`,
        });
      const { config, changes } = upgraded(from, to, newest.config, take);
      assertConflicts(take, changes);
      checkConfig(config);
      const note = `${to.name}: version ${to.version} instead of ${from.version}`;
      const origin = { template: to.name, version: to.version };
      const version = await insertVersion(tx, { agentId, config, note, createdBy: ctx.actor.id, createdAt, origin });
      tx.publish(new AgentVersionDrafted({ agentId, number: version.number }), { changes: versionChanges(version) });
      return toMessage(version);
    });
  }
}

/** @throws Fault `invalid-input` for a path at which there is nothing to decide */
function assertConflicts(take: readonly string[], changes: readonly Change[]): void {
  const wrong = take.findIndex((path) => !changes.some((change) => change.path === path && change.conflict));
  if (wrong >= 0)
    throw new Fault('invalid-input', {
      field: `take[${wrong}]`,
      detail: `${take[wrong]} is not the path of a conflict`,
    });
}
