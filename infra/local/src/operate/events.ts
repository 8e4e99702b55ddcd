import { countFailedEvents, type Doors, type FailedEventCount } from '@tenantry/database';
import { provisionNats, rebuildStream, refillBuckets, replayFailedEvents, type Bus } from '@tenantry/messaging';
import type { Service } from '@tenantry/service';
import type { OpenInstance } from './open-instance.js';

const REPLAYED_AT_ONCE = 500;

/** What each service's consumers gave up on. */
export async function failedEvents(
  instance: OpenInstance,
  services: readonly Service[],
): Promise<(FailedEventCount & { service: string })[]> {
  const counts = await Promise.all(
    services.map((service) =>
      withDoors(instance, service, async (doors) => {
        const failed = await doors.control.job(`${service.name}_relay`).transaction(countFailedEvents);
        return failed.map((count) => ({ service: service.name, ...count }));
      }),
    ),
  );
  return counts.flat();
}

/** Hands back what was set aside, of one consumer or all. @returns how many events */
export async function replayEvents(
  instance: OpenInstance,
  services: readonly Service[],
  consumer: string | undefined,
): Promise<number> {
  return withBus(instance.bus(), async (admin) => {
    let total = 0;
    for (const service of services) {
      total += await withDoors(instance, service, async (doors) => {
        const facts = { admin, service: service.name, doors, consumer, limit: REPLAYED_AT_ONCE };
        let replayed = 0;
        for (let count = await replayFailedEvents(facts); count > 0; count = await replayFailedEvents(facts)) {
          replayed += count;
        }
        return replayed;
      });
    }
    return total;
  });
}

/** What a rebuild did. */
export interface Rebuilt {
  /** Streams, consumers and buckets that were missing. */
  readonly made: readonly string[];
  /** Messages that the relays send again. */
  readonly messages: number;
  /** Directory entries that were missing or old. */
  readonly entries: number;
}

/** Makes what JetStream lost, and fills it again from Postgres. The services go on meanwhile. */
export async function rebuildEvents(instance: OpenInstance, services: readonly Service[]): Promise<Rebuilt> {
  const made = await withBus(instance.bus(), (admin) => provisionNats(admin, instance.services));
  let messages = 0;
  let entries = 0;
  for (const service of services) {
    await withDoors(instance, service, async (doors) => {
      entries += await withBus(instance.bus(service), (bus) => refillBuckets(bus, service, doors));
      messages += await rebuildStream(service.name, doors);
    });
  }
  return { made, messages, entries };
}

async function withDoors<T>(instance: OpenInstance, service: Service, work: (doors: Doors) => Promise<T>): Promise<T> {
  const doors = instance.doors(service);
  try {
    return await work(doors);
  } finally {
    await doors.close();
  }
}

async function withBus<T>(joining: Promise<Bus>, work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await joining;
  try {
    return await work(bus);
  } finally {
    await bus.drain();
  }
}
