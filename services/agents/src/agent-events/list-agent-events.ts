import { Controller } from '@nestjs/common';
import { listAgentEvents, type ListAgentEventsRequest, type ListAgentEventsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import { listEventRows, type EventFilter } from './agent-event.table.js';

/** Lists what happened, the newest first. */
@Controller()
export class ListAgentEvents {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listAgentEvents)
  async handle(request: ListAgentEventsRequest, ctx: TenantContext): Promise<ListAgentEventsResponse> {
    const limit = request.limit ?? 50;
    const filter = filterOf(request);
    const list = `agent events ${JSON.stringify(filter)}`;
    const before = request.cursor ? BigInt(this.cursors.open(ctx, list, request.cursor) as string) : null;
    const found = await listEventRows(reading(this.tenants, ctx), { ...filter, before }, limit + 1);
    const data = found.slice(0, limit);
    const last = data.at(-1)?.position.toString();
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, last) : null };
  }
}

function filterOf({ type, agentId, userId, runId, since }: ListAgentEventsRequest): Omit<EventFilter, 'before'> {
  const who = { agentId: agentId ?? null, userId: userId ?? null };
  return { ...who, type: type ?? null, runId: runId ?? null, since: since ?? null };
}
