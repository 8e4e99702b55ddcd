import { Controller } from '@nestjs/common';
import { traceUsageEvent, type TraceUsageEventRequest, type UsageTrace } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { givenName, ledgerId } from '../usage/event-name.js';
import { eventMessage, findEvent, listCountingLines } from './line-usage.table.js';

/** Tells where an event was charged. */
@Controller()
export class TraceUsageEvent {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(traceUsageEvent)
  async handle({ type, id, source }: TraceUsageEventRequest, ctx: TenantContext): Promise<UsageTrace> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const name = ledgerId(id, source);
    const { supersededBy: other, ...event } = await findEvent(rows, type, name);
    const [supersededBy, lines] = [other && givenName(other).id, await listCountingLines(rows, type, name)];
    return { event: eventMessage(event), supersededBy, lines };
  }
}
