import { Controller } from '@nestjs/common';
import { listAgentRuns, type ListAgentRunsRequest, type ListAgentRunsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import { toMessage } from './run.js';
import { listRunRows, type RunFilter } from './run.table.js';

/** Lists runs, the newest first. */
@Controller()
export class ListAgentRuns {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listAgentRuns)
  async handle(request: ListAgentRunsRequest, ctx: TenantContext): Promise<ListAgentRunsResponse> {
    const limit = request.limit ?? 50;
    const filter = filterOf(request);
    const list = `runs ${JSON.stringify(filter)}`;
    const beforeId = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as string) : null;
    const found = await listRunRows(reading(this.tenants, ctx), { ...filter, beforeId }, limit + 1);
    const data = found.slice(0, limit).map((run) => toMessage(run));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}

function filterOf({ agentId, conversationId, userId, since }: ListAgentRunsRequest): Omit<RunFilter, 'beforeId'> {
  const who = { agentId: agentId ?? null, userId: userId ?? null };
  return { ...who, conversationId: conversationId ?? null, since: since ?? null };
}
