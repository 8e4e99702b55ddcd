import { Controller } from '@nestjs/common';
import {
  AgentVersionPublished,
  publishAgentVersion,
  type Agent as AgentMessage,
  type AgentConfig,
  type PublishAgentVersionRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, coversAll, Fault, type TenantContext } from '@tenantry/kernel';
import { assertEntitled, Directories, entitlementTo, Handles, isAllowed } from '@tenantry/messaging';
import { assertThere } from '../guardrails/agent-guardrails.js';
import { findPolicy } from '../guardrails/guardrail.table.js';
import { defaultGuardrails } from '../guardrails/policy.js';
import { withVersion, type Agent } from '../registry/agent.js';
import { lockAgent, saveAgent, toMessage } from '../registry/agent.table.js';
import { reading } from '../rows.js';
import { NamedThings } from './named-things.js';
import { neededFeatures, type Version } from './version.js';
import { findVersion, markPublished, setVersionStatus } from './version.table.js';

/** Puts a draft in force. */
@Controller()
export class PublishAgentVersion {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly named: NamedThings,
    private readonly clock: Clock,
  ) {}

  @Handles(publishAgentVersion)
  async handle({ agentId, number }: PublishAgentVersionRequest, ctx: TenantContext): Promise<AgentMessage> {
    const { config } = await findVersion(reading(this.tenants, ctx), agentId, number); // what it says never changes
    await this.named.assertThere(config, ctx);
    return this.tenants.transaction(ctx, async (tx) => {
      const agent = await lockAgent(tx, agentId);
      const version = await findVersion(tx, agentId, number);
      if (version.status !== 'draft')
        throw new Fault('conflict', {
          field: 'number',
          detail: `Version ${number} is ${version.status}; draft another, or roll back`,
        });
      assertHeld(version.config, ctx.permissions);
      this.assertIncluded(version.config, ctx.tenantId);
      assertThere(version.config.guardrails, (await findPolicy(tx)) ?? defaultGuardrails);
      return toMessage(await this.publish(tx, agent, version, ctx.actor.id));
    });
  }

  /** The version, the one that it replaces, the agent, the directory and the event: one commit. */
  private async publish(tx: Transaction, agent: Agent, version: Version, publishedBy: string): Promise<Agent> {
    const { agentId, number } = version;
    const [publishedAt, replaced] = [this.clock.now(), agent.publishedVersion];
    const after = withVersion(agent, number, publishedAt);
    if (replaced !== null) await setVersionStatus(tx, agentId, replaced, 'superseded');
    await markPublished(tx, version, { publishedBy, publishedAt, replaced });
    await saveAgent(tx, after);
    tx.publish(new AgentVersionPublished({ agentId, number, replaced }), {
      changes: [
        {
          ...{ resource: 'agent', id: agentId, action: 'update' },
          ...{ old: { publishedVersion: replaced }, new: { publishedVersion: number } },
        },
      ],
    });
    return after;
  }

  /** From memory: what the plan includes is known in every service. @throws Fault `not-entitled` */
  private assertIncluded(config: AgentConfig, tenantId: string): void {
    const [entry, now] = [this.directories.entitlements.get(tenantId), this.clock.now()];
    for (const { anyOf } of neededFeatures(config)) {
      const isIncluded = anyOf.some((feature) => isAllowed(entitlementTo(entry, feature, now)));
      if (!isIncluded) assertEntitled(entry, anyOf.at(-1)!, now);
    }
  }
}

/** Nobody gives an agent more than they have. @throws Fault `scope-not-held` */
function assertHeld({ permissions }: AgentConfig, held: readonly string[]): void {
  const beyond = permissions.findIndex((grant) => !coversAll(held, [grant]));
  if (beyond >= 0)
    throw new Fault('scope-not-held', {
      field: `config.permissions[${beyond}]`,
      detail: `You do not have ${permissions[beyond]} yourself`,
    });
}
