import { parseMessage, UsageEvent, type CloudEvent } from '@tenantry/contracts';
import { ledgerId } from './event-name.js';

/** Where a CloudEvent has what a usage event calls otherwise. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ...{ value: 'data.value', userId: 'data.userId', agentId: 'data.agentId', locationId: 'data.locationId' },
  properties: 'data',
};

/**
 * A CloudEvent (cloudevents.io, 1.0.2) as a usage event: its data has what meters look at, and its id counts within its source.
 * @throws Fault `invalid-input` naming the usage event's field that the data can not be
 */
export function usageEventOf(event: CloudEvent): UsageEvent {
  const { id, source, type, time, subject, corrects, cancels } = event;
  const { userId = subject ?? undefined, agentId, locationId, ...properties } = event.data ?? {};
  const value = typeof properties['value'] === 'number' ? properties['value'] : undefined;
  const usage = parseMessage(UsageEvent, { id, type, value, userId, agentId, locationId, properties });
  const inSource = (other: string | null | undefined): string | null =>
    other == null ? null : ledgerId(other, source);
  return Object.assign(usage, {
    ...{ id: ledgerId(id, source), time },
    ...{ corrects: inSource(corrects), cancels: inSource(cancels) },
  });
}

/** A field of a usage event, as a CloudEvent spells it. */
export function spelledInCloudEvent(field: string): string {
  const [first = '', ...rest] = field.split('.');
  return [SPELLINGS[first] ?? first, ...rest].join('.');
}
