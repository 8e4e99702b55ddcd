import { Controller } from '@nestjs/common';
import {
  recordUsage,
  trackUsage,
  UsageEvent,
  type CloudEvent,
  type RecordUsageRequest,
  type RecordUsageResponse,
  type TrackUsageRequest,
  type TrackUsageResponse,
} from '@tenantry/contracts';
import { Fault, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { spelledInCloudEvent, usageEventOf } from './cloud-event.js';
import { respelled } from './spelling.js';
import { fieldOf } from './usage-event.js';
import { UsageLedger } from './usage-ledger.js';

const MAX_EVENTS = 1_000;

/** Records usage. */
@Controller()
export class RecordUsage {
  constructor(private readonly ledger: UsageLedger) {}

  @Handles(recordUsage)
  async handle({ events, cloudEvents }: RecordUsageRequest, ctx: TenantContext): Promise<RecordUsageResponse> {
    const count = events.length + cloudEvents.length;
    if (count === 0 || count > MAX_EVENTS)
      throw new Fault('invalid-input', { field: 'events', detail: 'Give 1 to 1,000 events' });
    try {
      const sent = [...events, ...cloudEvents.map((event, index) => readCloudEvent(event, events.length + index))];
      return await this.ledger.record(ctx, sent, (recorded) => ({ recorded, duplicates: count - recorded }));
    } catch (error) {
      return respelled(error, (field) => spelledByForm(field, events.length));
    }
  }

  /** One event; without an id it is a new one each time. */
  @Handles(trackUsage)
  async handleTracked(request: TrackUsageRequest, ctx: TenantContext): Promise<TrackUsageResponse> {
    const { meter_id: meter, user_id: userId, event_value, properties } = request;
    const id = request.id ?? newId();
    const event = Object.assign(new UsageEvent(), { id, meter, userId, properties, value: event_value ?? 1 });
    return this.ledger
      .record(ctx, [event], (recorded) => ({ id, duplicate: recorded === 0 }))
      .catch((error: unknown) => respelled(error, spelledAsTracked));
  }
}

function readCloudEvent(event: CloudEvent, index: number): UsageEvent {
  try {
    return usageEventOf(event);
  } catch (error) {
    return respelled(error, (field) => fieldOf({ index }, field));
  }
}

/** The events that came as CloudEvents follow the others, and are named as such. */
function spelledByForm(field: string, others: number): string {
  const [, at, name] = /^events\[(\d+)\]\.(.*)$/.exec(field) ?? [];
  if (at === undefined || name === undefined || Number(at) < others) return field;
  return `cloudEvents[${Number(at) - others}].${spelledInCloudEvent(name)}`;
}

const SPELLINGS: Readonly<Record<string, string>> = { meter: 'meter_id', value: 'event_value', userId: 'user_id' };

/** A field of the one event, as `TrackUsage` spells it. */
function spelledAsTracked(field: string): string {
  const name = field.replace(/^events\[0\]\./, '');
  return SPELLINGS[name] ?? name;
}
