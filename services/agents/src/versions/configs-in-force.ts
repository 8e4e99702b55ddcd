import { Injectable } from '@nestjs/common';
import type { AgentConfig } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { findVersion } from './version.table.js';

/** Configurations are at most some 100 KiB, mostly instructions. */
const MAX_KNOWN = 500;

/** What agents are told and may do, by the version in force. What a version says never changes, so it is read once. */
@Injectable()
export class ConfigsInForce {
  private readonly known = new Map<string, Promise<AgentConfig>>();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
  ) {}

  /** The configuration of the agent that calls; null for anybody else. @throws Fault `forbidden` for one without a version in force */
  async of(ctx: TenantContext): Promise<AgentConfig | null> {
    if (ctx.actor.kind !== 'agent') return null;
    const agent = this.directories.agents.get(ctx.actor.id);
    if (agent?.tenantId !== ctx.tenantId || agent.publishedVersion === null)
      throw new Fault('forbidden', { detail: 'No version of this agent is in force' });
    return this.version(ctx, agent.publishedVersion);
  }

  private version(ctx: TenantContext, number: number): Promise<AgentConfig> {
    const key = `${ctx.tenantId} ${ctx.actor.id} ${number}`;
    const known = this.known.get(key);
    if (known) return known;
    const reads = findVersion(reading(this.tenants, ctx), ctx.actor.id, number).then(({ config }) => config);
    this.known.set(key, reads);
    if (this.known.size > MAX_KNOWN) this.known.delete(this.known.keys().next().value!);
    reads.catch(() => this.known.delete(key));
    return reads;
  }
}
