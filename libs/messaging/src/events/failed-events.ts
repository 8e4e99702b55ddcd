import type { JsMsg } from '@nats-io/jetstream';
import { keepFailedEvent, markReplayed, takeFailedEvents, type Doors } from '@tenantry/database';
import { Fault, newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Bus } from '../bus/bus.js';
import { Header, makeHeaders, readHeaders } from '../bus/headers.js';
import { parseEventSubject } from '../bus/subjects.js';
import { eventIdOf, UnreadableEvent } from './read-event.js';

/** Keeps a message that its consumer gave up on, whole, so that it can be replayed. */
export async function keepFailed(
  doors: Doors,
  service: string,
  consumer: string,
  message: JsMsg,
  error: unknown,
): Promise<void> {
  const headers = Object.entries(readHeaders(message.headers)).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  await doors.control.job(`${service}_relay`).transaction((tx) =>
    keepFailedEvent(tx, {
      consumer,
      eventId: eventIdOf(message),
      tenantId: parseEventSubject(message.subject)?.tenantId ?? PLATFORM_TENANT_ID,
      subject: message.subject,
      payload: payloadOf(message),
      headers: Object.fromEntries(headers),
      error: reasonOf(error),
      tries: message.info.deliveryCount,
    }),
  );
}

/** A message that is not JSON is kept as base64, so that the operator sees what came. */
function payloadOf(message: JsMsg): unknown {
  try {
    return message.json<unknown>();
  } catch {
    return { base64: Buffer.from(message.data).toString('base64') };
  }
}

/** A stable word; an error's text may quote a value. */
function reasonOf(error: unknown): string {
  if (error instanceof Fault) return error.reason;
  if (error instanceof UnreadableEvent) return error.problem;
  return error instanceof Error ? error.name : 'unknown';
}

/** Which failed events to hand back. */
export interface ReplayOptions {
  /** The boot admin's connection: only it may publish every service's events. */
  readonly admin: Bus;
  readonly service: string;
  readonly doors: Doors;
  /** Only this consumer's. */
  readonly consumer?: string;
  /** Default 1,000. */
  readonly limit?: number;
}

/**
 * Puts failed events of a service back into the stream, for their consumers to try again; answers how many. Consumers
 * that handled them before take no notice: their inbox knows the event.
 */
export function replayFailedEvents({ admin, service, doors, consumer, limit = 1_000 }: ReplayOptions): Promise<number> {
  return doors.control.job(`${service}_relay`).transaction(async (tx) => {
    const failed = await takeFailedEvents(tx, { consumer, limit });
    for (const event of failed) {
      const headers = makeHeaders({
        ...event.headers,
        [Header.messageId]: `${service}:${event.eventId}:replay:${newId()}`,
      });
      await admin.jetstream.publish(event.subject, JSON.stringify(event.payload), { headers });
      await markReplayed(tx, event);
    }
    return failed.length;
  });
}
