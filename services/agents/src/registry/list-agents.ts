import { Controller } from '@nestjs/common';
import { listAgents, type ListAgentsRequest, type ListAgentsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import type { AgentStatus } from './agent.js';
import { listAgentRows, toMessage } from './agent.table.js';

/** Lists agents, the newest first. */
@Controller()
export class ListAgents {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listAgents)
  async handle(request: ListAgentsRequest, ctx: TenantContext): Promise<ListAgentsResponse> {
    const limit = request.limit ?? 50;
    const status = (request.status ?? null) as AgentStatus | null;
    const list = `agents ${status}`;
    const beforeId = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as string) : null;
    const rows = await listAgentRows(reading(this.tenants, ctx), { status, beforeId }, limit + 1);
    const data = rows.slice(0, limit).map(toMessage);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
