import { createHash } from 'node:crypto';
import type { UsageEvent as UsageEventMessage } from '@tenantry/contracts';
import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { Meter } from '../meters/meter.js';
import { quantityText } from '../quantity.js';
import { checkMeasured, checkProperties } from './measurement.js';

/** A line of the ledger before it is written. */
export interface UsageEvent {
  readonly type: string;
  readonly id: string;
  /** The meters that count it; those of the original for a correction, none for a cancellation. */
  readonly meterIds: readonly string[];
  /** A correction gets the time of what it corrects. */
  readonly occurredAt: Date;
  /** Exact decimal text. */
  readonly value: string | null;
  readonly userId: string | null;
  readonly agentId: string | null;
  readonly locationId: string | null;
  readonly properties: Readonly<Record<string, unknown>>;
  /** The id, of the same type, that it replaces or cancels. */
  readonly supersedesId: string | null;
  readonly isCancellation: boolean;
  /** SHA-256 of what was sent: tells the same event that comes again from another with its id. */
  readonly fingerprint: Buffer;
  /** Where in the request it is. */
  readonly index: number;
}

/** How old an event may be when it comes. A correction reaches as far back. */
export const MAX_AGE_MS = 35 * 86_400_000;
/** By how much a caller's clock may be ahead. */
const MAX_SKEW_MS = 60_000;
const MAX_PROBLEMS = 100;

function refuse(field: string, detail: string): never {
  throw new Fault('invalid-input', { field, detail });
}

/** The meters that an event names: one, or all of its type. @throws Fault `invalid-input` */
function resolve({ meter, type }: UsageEventMessage, meters: readonly Meter[]): { type: string; counting: Meter[] } {
  if ((meter == null) === (type == null)) refuse('meter', 'Give either meter or type');
  if (type != null) {
    const counting = meters.filter(({ eventType }) => eventType === type);
    return counting.length > 0 ? { type, counting } : refuse('type', `No meter counts events of the type ${type}`);
  }
  const named = meters.find(({ id, key }) => id === meter || key === meter);
  return named ? { type: named.eventType, counting: [named] } : refuse('meter', `There is no meter ${meter}`);
}

/** @throws Fault `invalid-input` */
function timeOf({ time }: UsageEventMessage, now: Date): Date {
  if (!time) return now;
  const ageMs = now.getTime() - time.getTime();
  if (ageMs < -MAX_SKEW_MS) refuse('time', 'time is in the future');
  if (ageMs > MAX_AGE_MS) refuse('time', 'time is more than 35 days ago');
  return time;
}

/** @throws Fault `invalid-input` */
function supersededBy(event: UsageEventMessage): { supersedesId: string | null; isCancellation: boolean } {
  const { corrects = null, cancels = null, time, value, properties } = event;
  const supersedesId = corrects ?? cancels;
  if (corrects !== null && cancels !== null) refuse('cancels', 'An event either corrects or cancels another');
  if (supersedesId === event.id) refuse('id', 'A correction or cancellation has an id of its own');
  if (supersedesId !== null && time)
    refuse('time', 'A correction or cancellation has the time of the event that it is about');
  if (cancels !== null && (value != null || Object.keys(properties).length > 0))
    refuse('value', 'A cancellation has no values of its own');
  return { supersedesId, isCancellation: cancels !== null };
}

function fingerprintOf(event: UsageEventMessage, type: string): Buffer {
  const { time, value, userId, agentId, locationId, properties, corrects, cancels } = event;
  const sorted = Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1));
  const only = event.meter == null ? null : type;
  const sent = [type, only, time ?? null, value, userId, agentId, locationId, sorted, corrects, cancels];
  return createHash('sha256')
    .update(JSON.stringify(sent.map((one) => one ?? null)))
    .digest();
}

/** @throws Fault `invalid-input` naming the event's field */
function readEvent(event: UsageEventMessage, meters: readonly Meter[], now: Date, index: number): UsageEvent {
  const { id, value, properties, userId = null, agentId = null, locationId = null } = event;
  const { type, counting } = resolve(event, meters);
  const { supersedesId, isCancellation } = supersededBy(event);
  const occurredAt = timeOf(event, now);
  checkProperties(properties);
  const valueText = value == null ? null : quantityText(value, 'value');
  if (!isCancellation) for (const meter of counting) checkMeasured(event, meter);
  const meterIds = isCancellation ? [] : counting.map((meter) => meter.id);
  const fingerprint = fingerprintOf(event, type);
  const line = { type, id, meterIds, occurredAt, value: valueText, userId, agentId, locationId, properties };
  return { ...line, supersedesId, isCancellation, fingerprint, index };
}

/** The field of a request's event, as problems name it. */
export function fieldOf({ index }: { readonly index: number }, field: string): string {
  return `events[${index}].${field}`;
}

/**
 * Reads the events of a request, each at most once.
 * @throws Fault `invalid-input` naming every wrong field, `usage-id-reused` when two events have one id
 */
export function readEvents(events: readonly UsageEventMessage[], meters: readonly Meter[], now: Date): UsageEvent[] {
  const problems: FieldProblem[] = [];
  const read = events.flatMap((event, index) => {
    try {
      return [readEvent(event, meters, now, index)];
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      problems.push(...error.errors.map(({ field, message }) => ({ field: fieldOf({ index }, field), message })));
      return [];
    }
  });
  if (problems.length > 0) throw new Fault('invalid-input', { errors: problems.slice(0, MAX_PROBLEMS) });
  return withoutRepetition(read);
}

/** @throws Fault `usage-id-reused` */
function withoutRepetition(events: readonly UsageEvent[]): UsageEvent[] {
  const byId = new Map<string, UsageEvent>();
  for (const event of events) {
    const key = keyOf(event);
    const first = byId.get(key);
    if (first) assertSame(event, first.fingerprint);
    else byId.set(key, event);
  }
  return [...byId.values()];
}

/** Ids are unique within a type. */
export function keyOf({ type, id }: { readonly type: string; readonly id: string }): string {
  return JSON.stringify([type, id]);
}

/** @throws Fault `usage-id-reused` when the id was used for something else */
export function assertSame(event: UsageEvent, fingerprint: Uint8Array): void {
  if (event.fingerprint.equals(fingerprint)) return;
  throw new Fault('usage-id-reused', {
    field: fieldOf(event, 'id'),
    detail: 'This id was used with other content; nothing of this request was recorded',
  });
}

/** SHA-256 over the fingerprints of events in the order of type and id: what the audit log knows of a batch. */
export function digestOf(events: readonly Pick<UsageEvent, 'type' | 'id' | 'fingerprint'>[]): string {
  const hash = createHash('sha256');
  for (const { fingerprint } of events.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) hash.update(fingerprint);
  return hash.digest('base64url');
}
