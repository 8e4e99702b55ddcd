import { setTimeout as delay } from 'node:timers/promises';
import { connectBus, EVENTS_STREAM, silentLog } from '@tenantry/messaging';
import pg from 'pg';
import type { Servers } from './servers.js';
import type { System } from './system.js';

/** Enough that nothing is pushed out by the limit, and little enough that the load reaches it at once. */
const ROOM = 50;
const TRIES = 40;
const PATIENCE_MS = 500;
const POLL_MS = 10;

const FULL_WITHIN_MS = 20_000;

/** Lets the stream of events take no more for a while, as one does whose disk is full. @throws Error when the load does not fill it */
export async function fillStream({ natsUrl, bootSeed }: Servers, meanwhile: () => Promise<void>): Promise<void> {
  const bus = await connectBus({ url: natsUrl, service: 'boot', nkeySeed: bootSeed, log: silentLog });
  try {
    const { streams } = await bus.jetstream.jetstreamManager();
    const { config, state } = await streams.info(EVENTS_STREAM);
    const limit = state.messages + ROOM;
    const isFull = async (): Promise<boolean> => (await streams.info(EVENTS_STREAM)).state.messages >= limit;
    await streams.update(EVENTS_STREAM, { ...config, max_msgs: limit, discard: 'new' as typeof config.discard });
    try {
      if (!(await comesTrue(isFull, FULL_WITHIN_MS))) throw new Error('the load never filled the stream');
      await meanwhile();
    } finally {
      await streams.update(EVENTS_STREAM, config);
    }
  } finally {
    await bus.drain();
  }
}

const MARKING = `
  select from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'update "?data"?\\."?outbox'`;

/**
 * Kills an instance whose relay has published events and not yet marked them: nobody may write to the outbox, but it may be read, until the
 * relay waits to mark what it has sent. @throws Error when the relay never does
 */
export async function crashBeforeMarking(system: System): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const client = new pg.Client(system.servers.databaseUrl);
    await client.connect();
    try {
      await client.query('begin');
      await client.query('lock table data.outbox in share mode');
      const isMarking = async (): Promise<boolean> => (await client.query(MARKING)).rowCount !== 0;
      if (await comesTrue(isMarking, PATIENCE_MS)) return await system.crash(0, () => client.end());
    } finally {
      await client.end();
    }
    await delay(POLL_MS); // the load goes on meanwhile
  }
  throw new Error('the relay never waited to mark what it had published');
}

async function comesTrue(isSo: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs) {
    if (await isSo()) return true;
    await delay(POLL_MS);
  }
  return false;
}
