import { Controller } from '@nestjs/common';
import { listConversations, type ListConversationsRequest, type ListConversationsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { reading } from '../rows.js';
import { visibleOwner } from './conversation.js';
import { listConversationRows, toMessage, type ConversationFilter } from './conversation.table.js';

/** Lists conversations, the newest first. Somebody else's are not there, as if there were none. */
@Controller()
export class ListConversations {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listConversations)
  async handle(request: ListConversationsRequest, ctx: TenantContext): Promise<ListConversationsResponse> {
    const limit = request.limit ?? 50;
    const filter = filterOf(request, visibleOwner(ctx));
    if (!filter) return { data: [], nextCursor: null };
    const list = `conversations ${JSON.stringify(filter)}`;
    const beforeId = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as string) : null;
    const found = await listConversationRows(reading(this.tenants, ctx), { ...filter, beforeId }, limit + 1);
    const data = found.slice(0, limit).map((one) => toMessage(one));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}

/** Null when what is asked for is not the caller's to see. */
function filterOf(
  { ownerId, agentId, status, locationId, since }: ListConversationsRequest,
  visible: string | null,
): Omit<ConversationFilter, 'beforeId'> | null {
  const wanted = ownerId ?? visible;
  if (visible !== null && wanted !== visible) return null;
  const where = { agentId: agentId ?? null, locationId: locationId ?? null };
  return { ownerId: wanted, ...where, status: status ?? null, since: since ?? null };
}
