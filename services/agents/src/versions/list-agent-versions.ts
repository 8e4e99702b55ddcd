import { Controller } from '@nestjs/common';
import { listAgentVersions, type ListAgentVersionsRequest, type ListAgentVersionsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { findAgent } from '../registry/agent.table.js';
import { reading } from '../rows.js';
import { listVersionRows, toMessage } from './version.table.js';

/** Lists the versions of an agent, the newest first. */
@Controller()
export class ListAgentVersions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listAgentVersions)
  async handle(request: ListAgentVersionsRequest, ctx: TenantContext): Promise<ListAgentVersionsResponse> {
    const { agentId, limit: asked, cursor } = request;
    const limit = asked ?? 50;
    const list = `agent-versions ${agentId}`;
    const before = cursor ? (this.cursors.open(ctx, list, cursor) as number) : null;
    const rows = reading(this.tenants, ctx);
    const [, found] = await Promise.all([
      findAgent(rows, agentId),
      listVersionRows(rows, { agentId, before }, limit + 1),
    ]);
    const data = found.slice(0, limit).map(toMessage);
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.number) : null };
  }
}
