import { Controller } from '@nestjs/common';
import { listCompletions, type ListCompletionsRequest, type ListCompletionsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { listCompletionRows, toMessage } from './completion.table.js';

/** Lists calls to models, the newest first. */
@Controller()
export class ListCompletions {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listCompletions)
  async handle({ cursor, ...request }: ListCompletionsRequest, ctx: TenantContext): Promise<ListCompletionsResponse> {
    const limit = request.limit ?? 50;
    const filter = { agentId: request.agentId ?? null, state: request.state ?? null };
    const list = `completions ${JSON.stringify(filter)}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const rows = await listCompletionRows(
      { query: (statement) => this.tenants.query(ctx, statement) },
      { ...filter, beforeId },
      limit + 1,
    );
    const data = rows.slice(0, limit).map(toMessage);
    return { data, nextCursor: rows.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
