import { requeueOutbox, type Doors } from '@tenantry/database';
import type { Bus } from '../bus/bus.js';
import type { ServiceDefinition } from '../definition/define-service.js';
import { DirectoryWriter } from '../directory/writer.js';

/** As long as the outbox keeps what it sent. */
const KEPT_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * Lets the relay send everything that the outbox still has again, for a stream that was lost; answers how many messages.
 * Consumers that handled an event before take no notice: their inbox knows it.
 */
export function rebuildStream(service: string, doors: Doors): Promise<number> {
  const since = new Date(Date.now() - KEPT_DAYS * DAY_MS);
  return doors.control.job(`${service}_relay`).transaction((tx) => requeueOutbox(tx, since));
}

/** Puts every entry of a service's buckets from Postgres, for a bucket that is new or was lost; answers how many were missing or old. */
export async function refillBuckets(bus: Bus, definition: ServiceDefinition, doors: Doors): Promise<number> {
  const writer = new DirectoryWriter(bus, definition.buckets);
  let written = 0;
  for await (const { bucket, key, value, version } of definition.refill?.(doors) ?? []) {
    if (await writer.put(bucket, key, value, Number(version))) written += 1;
  }
  return written;
}
