import { Controller } from '@nestjs/common';
import {
  listPrivacyRequests,
  type ListPrivacyRequestsRequest,
  type ListPrivacyRequestsResponse,
} from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listRequests, toMessage, type QueuePosition } from './privacy-request.table.js';

/** The queue: what is due first at the top. */
@Controller()
export class ListPrivacyRequests {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listPrivacyRequests)
  async handle(
    { cursor, limit, ...request }: ListPrivacyRequestsRequest,
    ctx: TenantContext,
  ): Promise<ListPrivacyRequestsResponse> {
    const size = limit ?? 50;
    const list = `privacy-requests ${JSON.stringify(request)}`;
    const after = cursor ? (this.cursors.open(ctx, list, cursor) as QueuePosition) : null;
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const found = await listRequests(rows, request, after, size + 1);
    const data = found.slice(0, size);
    const last = data.at(-1);
    const nextCursor = found.length > size && last ? this.cursors.seal(ctx, list, [last.dueAt, last.id]) : null;
    return { data: data.map((one) => toMessage(one, { details: null, agentMandate: null })), nextCursor };
  }
}
