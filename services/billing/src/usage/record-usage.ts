import { Controller } from '@nestjs/common';
import {
  recordUsage,
  trackUsage,
  UsageEvent,
  type RecordUsageRequest,
  type RecordUsageResponse,
  type TrackUsageRequest,
  type TrackUsageResponse,
} from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { UsageLedger } from './usage-ledger.js';

/** Records usage. */
@Controller()
export class RecordUsage {
  constructor(private readonly ledger: UsageLedger) {}

  @Handles(recordUsage)
  async handle({ events }: RecordUsageRequest, ctx: TenantContext): Promise<RecordUsageResponse> {
    return this.ledger.record(ctx, events, (recorded) => ({ recorded, duplicates: events.length - recorded }));
  }

  /** One event; without an id it is a new one each time. */
  @Handles(trackUsage)
  async handleTracked(request: TrackUsageRequest, ctx: TenantContext): Promise<TrackUsageResponse> {
    const { meter_id: meter, user_id: userId, event_value, properties } = request;
    const id = request.id ?? newId();
    const event = Object.assign(new UsageEvent(), { id, meter, userId, properties, value: event_value ?? 1 });
    return this.ledger.record(ctx, [event], (recorded) => ({ id, duplicate: recorded === 0 })).catch(asSpelled);
  }
}

const SPELLINGS: Readonly<Record<string, string>> = { meter: 'meter_id', value: 'event_value', userId: 'user_id' };

/** The fields of the one event, as this operation spells them. */
function asSpelled(error: unknown): never {
  if (!(error instanceof Fault) || error.errors.length === 0) throw error;
  const errors = error.errors.map(({ field, message }) => {
    const name = field.replace(/^events\[0\]\./, '');
    return { field: SPELLINGS[name] ?? name, message };
  });
  throw new Fault(error.reason, { detail: error.detail, errors });
}
