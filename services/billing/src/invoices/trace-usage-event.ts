import { Controller } from '@nestjs/common';
import { traceUsageEvent, type TraceUsageEventRequest, type UsageTrace } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { eventMessage, findEvent, listCountingLines } from './line-usage.table.js';

/** Tells where an event was charged. */
@Controller()
export class TraceUsageEvent {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(traceUsageEvent)
  async handle({ type, id }: TraceUsageEventRequest, ctx: TenantContext): Promise<UsageTrace> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const { supersededBy, ...event } = await findEvent(rows, type, id);
    return { event: eventMessage(event), supersededBy, lines: await listCountingLines(rows, type, id) };
  }
}
