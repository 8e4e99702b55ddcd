import { Controller } from '@nestjs/common';
import { listIncidents as operation, type ListIncidentsRequest, type ListIncidentsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import type { Rows } from '../requests/privacy-request.table.js';
import { IncidentDesk } from './incident-desk.js';
import { listIncidents } from './incident.table.js';

const LIST = 'incidents';

/** Lists incidents, the newest first. */
@Controller()
export class ListIncidents {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly desk: IncidentDesk,
    private readonly cursors: Cursors,
  ) {}

  @Handles(operation)
  async handle({ cursor, limit: wanted }: ListIncidentsRequest, ctx: TenantContext): Promise<ListIncidentsResponse> {
    const limit = wanted ?? 50;
    const beforeId = cursor ? (this.cursors.open(ctx, LIST, cursor) as string) : null;
    const rows: Rows = { query: (one) => this.tenants.query(ctx, one) };
    const found = await listIncidents(rows, beforeId, limit + 1);
    const data = await this.desk.print(rows, ctx.tenantId, found.slice(0, limit));
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, LIST, data.at(-1)?.id) : null };
  }
}
