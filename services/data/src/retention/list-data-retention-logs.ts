import { Controller } from '@nestjs/common';
import {
  listDataRetentionLogs,
  type ListDataRetentionLogsRequest,
  type ListDataRetentionLogsResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { logMessage } from './retention-log.js';
import { listLogs } from './retention-log.table.js';

/** Shows what rules would have done and did. */
@Controller()
export class ListDataRetentionLogs {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listDataRetentionLogs)
  async handle(request: ListDataRetentionLogsRequest, ctx: TenantContext): Promise<ListDataRetentionLogsResponse> {
    const { limit, cursor, ruleId = null } = request;
    const [size, list] = [limit ?? 50, `data-retention-logs ${ruleId}`];
    const beforeId = cursor ? String(this.cursors.open(ctx, list, cursor)) : null;
    const found = await listLogs({ query: (one) => this.tenants.query(ctx, one) }, ruleId, beforeId, size + 1);
    const data = found.slice(0, size).map(logMessage);
    return { data, nextCursor: found.length > size ? this.cursors.seal(ctx, list, data.at(-1)!.id) : null };
  }
}
