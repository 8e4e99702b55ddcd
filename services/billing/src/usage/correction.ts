import type { UsageEvent as UsageEventMessage } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Meter } from '../meters/meter.js';
import { checkMeasured } from './measurement.js';
import { fieldOf, keyOf, MAX_AGE_MS, type UsageEvent } from './usage-event.js';
import type { Original } from './usage-event.table.js';

/** What corrections and cancellations are about. */
export interface Superseded {
  readonly originals: ReadonlyMap<string, Original>;
  /** The meters that counted the originals, also those that are archived by now. */
  readonly meters: ReadonlyMap<string, Meter>;
}

/**
 * An event as the ledger takes it: a correction counts when and where its original did.
 * @throws Fault `invalid-input` when there is nothing to correct, `conflict` when another event did so before
 */
export function placeEvent(
  event: UsageEvent,
  sent: UsageEventMessage,
  { originals, meters }: Superseded,
  now: Date,
): UsageEvent {
  const { supersedesId, isCancellation } = event;
  if (supersedesId === null) return event;
  const field = fieldOf(event, isCancellation ? 'cancels' : 'corrects');
  const original = originals.get(keyOf({ type: event.type, id: supersedesId }));
  if (!original || original.isCancellation || now.getTime() - original.occurredAt.getTime() > MAX_AGE_MS) {
    throw new Fault('invalid-input', { field, detail: 'There is no such event of this type in the last 35 days' });
  }
  if (original.supersededBy !== null && original.supersededBy !== event.id) {
    throw new Fault('conflict', { field, detail: 'This event was corrected or cancelled before' });
  }
  const { occurredAt } = original;
  if (isCancellation) return { ...event, occurredAt };
  for (const id of original.meterIds) checkAgain(event, sent, meters.get(id)!);
  return { ...event, occurredAt, meterIds: original.meterIds };
}

/** @throws Fault `invalid-input` naming the request's field */
function checkAgain(event: UsageEvent, sent: UsageEventMessage, meter: Meter): void {
  try {
    checkMeasured(sent, meter);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.reason, {
      errors: error.errors.map(({ field, message }) => ({ field: fieldOf(event, field), message })),
    });
  }
}
