import { Controller } from '@nestjs/common';
import { getUsage, type GetUsageRequest, type GetUsageResponse } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import type { Meter } from '../meters/meter.js';
import { findMeter } from '../meters/meter.table.js';
import { unknownMeter } from './check-usage.js';
import { listUsage, type UsageQuestion, type UsageWindowRow, type UsageWindowSize } from './usage-hour.table.js';
import { UsageLedger } from './usage-ledger.js';

const HOUR_MS = 3_600_000;
const MAX_MINUTES_MS = 24 * HOUR_MS;

/** Where a page ended, and until when the first page looked. */
interface Position {
  readonly start: string;
  readonly group: object;
  readonly to: string;
}

/** Gives what a meter counted, from its hours. */
@Controller()
export class GetUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly ledger: UsageLedger,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(getUsage)
  async handle(request: GetUsageRequest, ctx: TenantContext): Promise<GetUsageResponse> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    const meter = await findMeter(rows, request.meter, unknownMeter(request.meter));
    const list = listName(request, meter);
    const after = request.cursor ? (this.cursors.open(ctx, list, request.cursor) as Position) : null;
    const to = after ? new Date(after.to) : (request.to ?? this.clock.now());
    const question = { ...asked(request, meter, to), timeZone: this.ledger.timeZoneOf(ctx.tenantId), after };
    const limit = request.limit ?? 50;
    const found = await listUsage(rows, question, limit + 1);
    const data = found.slice(0, limit);
    return {
      data,
      nextCursor: found.length > limit ? this.cursors.seal(ctx, list, positionOf(data.at(-1)!, to)) : null,
    };
  }
}

function listName({ from, to, window, groupBy }: GetUsageRequest, meter: Meter): string {
  return `usage ${JSON.stringify([meter.id, from, to, window, groupBy])}`;
}

/** @throws Fault `invalid-input` naming the field */
function asked(request: GetUsageRequest, meter: Meter, to: Date): Omit<UsageQuestion, 'timeZone' | 'after'> {
  const { groupBy } = request;
  const window = (request.window ?? 'total') as UsageWindowSize;
  const from = beginning(request.from ?? null, to, window);
  const other = groupBy.find((name) => !meter.groupBy.includes(name));
  if (other !== undefined)
    throw new Fault('invalid-input', { field: 'groupBy', detail: `${meter.key} does not group by ${other}` });
  return { meter, from, to, window, groupBy };
}

/** Minutes are counted from the events themselves, so there are few of them. @throws Fault `invalid-input` */
function beginning(from: Date | null, to: Date, window: UsageWindowSize): Date | null {
  if (from && from >= to) throw new Fault('invalid-input', { field: 'from', detail: 'from must be before to' });
  if (window !== 'minute') return from;
  const since = from ?? new Date(to.getTime() - HOUR_MS);
  if (to.getTime() - since.getTime() > MAX_MINUTES_MS)
    throw new Fault('invalid-input', { field: 'from', detail: 'Minutes are told of at most 24 hours' });
  return since;
}

function positionOf({ start, group }: UsageWindowRow, to: Date): Position {
  return { start: start.toISOString(), group, to: to.toISOString() };
}
