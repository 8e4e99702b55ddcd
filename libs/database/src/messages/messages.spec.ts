import { once } from 'node:events';
import { newId } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import type { Doors } from '../doors.js';
import { sql } from '../sql.js';
import { SHOP, ThingAdded } from '../testing/shop.js';
import { keepFailedEvent, markReplayed, takeFailedEvents } from './failed-events.js';
import { claimEvent, claimEvents } from './inbox.js';
import { markPublished, pruneMessages, requeueOutbox, takeOutbox } from './outbox.js';

/** Counts calls, and tells when there were so many. */
class Wakes {
  count = 0;
  private readonly waiting = new Map<number, () => void>();

  wake(): void {
    this.count += 1;
    this.waiting.get(this.count)?.();
  }

  reach(count: number): Promise<void> {
    return this.count >= count ? Promise.resolve() : new Promise((resolve) => this.waiting.set(count, resolve));
  }
}

describe('messages', () => {
  let database: TestDatabase;
  let doors: Doors;
  let a: string;
  let b: string;
  const relay = () => doors.control.job('shop_relay');

  beforeEach(async () => {
    database = await TestDatabase.create([SHOP]);
    doors = database.doors('shop');
    [a, b] = [await database.addTenant(), await database.addTenant()];
  });
  afterEach(() => database?.drop());

  async function publish(count: number, tenantId = a, by = doors): Promise<void> {
    await by.tenants.transaction(testContext(tenantId), async (tx) => {
      for (let i = 0; i < count; i++) {
        tx.publish(new ThingAdded({ name: `${i}` }));
      }
    });
  }

  it('are taken by one relay each, oldest first, of all tenants', async () => {
    await publish(3, a);
    await publish(3, b);
    const seen = await relay().transaction(async (first) => {
      const mine = await takeOutbox(first, 4);
      const others = await relay().transaction((second) => takeOutbox(second, 4));
      return [mine, others].map((messages) => messages.map((one) => one.tenant_id));
    });
    expect(seen).toEqual([
      [a, a, a, b],
      [b, b],
    ]);
  });

  it('stay when their relay fails, and are gone when it has marked them', async () => {
    await publish(2);
    const failed = relay().transaction(async (tx) => {
      await takeOutbox(tx);
      throw new Error('the stream is down');
    });
    await expect(failed).rejects.toThrow('the stream is down');
    await relay().transaction(async (tx) => {
      const taken = await takeOutbox(tx);
      markPublished(
        tx,
        taken.map(({ position }, i) => ({ position, streamSequence: i + 1 })),
      );
    });
    expect(await relay().transaction((tx) => takeOutbox(tx))).toEqual([]);
    const kept = await database.admin('select stream_sequence::int from shop.outbox order by position');
    expect(kept).toEqual([{ stream_sequence: 1 }, { stream_sequence: 2 }]);
  });

  it('can be sent again to refill a lost stream', async () => {
    await publish(2);
    await relay().transaction(async (tx) => {
      markPublished(
        tx,
        (await takeOutbox(tx)).map(({ position }) => ({ position, streamSequence: 1 })),
      );
    });
    expect(await relay().transaction((tx) => requeueOutbox(tx, new Date(Date.now() - 60_000)))).toBe(2);
    expect(await relay().transaction((tx) => takeOutbox(tx))).toHaveLength(2);
  });

  it('are removed when they are past their time, and never before they are sent', async () => {
    await publish(2);
    await database.admin(`update shop.outbox set published_at = now() - interval '8 days' where position = 1`);
    await database.admin(
      `insert into shop.inbox values ($1, 'c', uuidv7(), now() - interval '16 days'), ($1, 'c', uuidv7(), now())`,
      [a],
    );
    await relay().transaction((tx) => pruneMessages(tx));
    expect(await database.count('shop.outbox')).toBe(1);
    expect(await database.count('shop.inbox')).toBe(1);
  });

  it('are hidden from the service that wrote them', async () => {
    await publish(1);
    await expect(doors.tenants.query(testContext(a), sql`select 1 from shop.outbox`)).rejects.toMatchObject({
      reason: 'forbidden',
    });
  });

  it('wake the relay when they are committed', async () => {
    let calls = 0;
    let woken = Promise.withResolvers<void>();
    const subscription = await doors.control.listen('shop_outbox', () => {
      calls++;
      woken.resolve();
    });
    await woken.promise;
    woken = Promise.withResolvers<void>();
    await publish(3);
    await woken.promise;
    expect(calls).toBe(2);
    await subscription.close();
  });

  it('wake a relay of the same process when they are committed, and nobody else by Postgres', async () => {
    const near = database.doors('shop', { hasRelay: true });
    const [own, others] = [new Wakes(), new Wakes()];
    const relays = await Promise.all([
      near.control.onOutbox(() => own.wake()),
      doors.control.listen('shop_outbox', () => others.wake()),
    ]);
    await Promise.all([own.reach(1), others.reach(1)]); // they listen
    const undone = near.tenants.transaction(testContext(a), (tx) => {
      tx.publish(new ThingAdded({ name: 'undone' }));
      return Promise.reject(new Error('rolled back'));
    });
    await expect(undone).rejects.toThrow('rolled back');
    await publish(1, a, near);
    await own.reach(2);
    await publish(1, b); // by whoever has no relay: it comes after all that was notified before
    await Promise.all([own.reach(3), others.reach(2)]);
    expect([own.count, others.count]).toEqual([3, 2]);
    await Promise.all(relays.map((one) => one.close()));
  });

  it('wake the relay again after its connection was lost', async () => {
    let woken = Promise.withResolvers<void>();
    const subscription = await doors.control.listen('shop_outbox', () => woken.resolve());
    await woken.promise;
    woken = Promise.withResolvers<void>();
    await database.admin(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query like 'listen%'`);
    await woken.promise;
    woken = Promise.withResolvers<void>();
    await publish(1);
    await woken.promise;
    await subscription.close();
  });

  it('are handled once by each consumer, however often they come', async () => {
    const eventId = newId();
    const handle = (consumer: string, tenantId = a) =>
      doors.tenants.transaction(testContext(tenantId, { purpose: 'reaction' }), (tx) =>
        claimEvent(tx, consumer, eventId),
      );
    expect(await Promise.all([handle('usage'), handle('usage'), handle('usage')])).toEqual(
      expect.arrayContaining([true, false, false]),
    );
    expect(await handle('invoices')).toBe(true);
    expect(await handle('usage', b)).toBe(true);
    expect(await handle('usage')).toBe(false);
  });

  it('are not handled when the effect failed', async () => {
    const eventId = newId();
    const ctx = testContext(a, { purpose: 'reaction' });
    const failing = doors.tenants.transaction(ctx, async (tx) => {
      await claimEvent(tx, 'usage', eventId);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await doors.tenants.transaction(ctx, (tx) => claimEvent(tx, 'usage', eventId))).toBe(true);
  });

  it('are claimed in batches over many tenants, without deadlocks between batches', async () => {
    await database.admin(`call platform.control_access('shop.inbox', 'shop_count', 'select, insert')`);
    const events = Array.from({ length: 100 }, (_, i) => ({ tenantId: i % 2 ? a : b, eventId: newId() }));
    const claim = (batch: typeof events) =>
      doors.control.job('shop_count').transaction((tx) => claimEvents(tx, 'audit', batch));
    const [one, two] = await Promise.all([claim(events), claim(events.toReversed())]);
    expect(one.size + two.size).toBe(100);
    expect((await claim(events)).size).toBe(0);
  });

  it('that failed for good are kept whole until they are replayed', async () => {
    const failed = {
      consumer: 'usage',
      eventId: newId(),
      tenantId: a,
      subject: `events.${a}.shop.ThingAdded`,
      payload: { data: { name: 'x' }, changes: [] },
      headers: { 'ce-type': 'ThingAdded' },
      error: 'conflict',
      tries: 8,
    };
    await relay().transaction((tx) => keepFailedEvent(tx, failed));
    await relay().transaction((tx) => keepFailedEvent(tx, { ...failed, tries: 9 }));
    const taken = await relay().transaction(async (tx) => {
      const events = await takeFailedEvents(tx, { consumer: 'usage' });
      await markReplayed(tx, failed);
      return events;
    });
    expect(taken).toEqual([{ ...failed, tries: 9 }]);
    expect(await relay().transaction((tx) => takeFailedEvents(tx))).toEqual([]);
  });

  it('leave scheduled work to one process at a time', async () => {
    const running = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const first = doors.control.exclusive('renew', () => {
      running.resolve();
      return finish.promise;
    });
    await running.promise;
    const others = database.doors('shop');
    expect(await others.control.exclusive('renew', () => Promise.reject(new Error('ran twice')))).toBe(false);
    expect(await others.control.exclusive('something else', () => Promise.resolve())).toBe(true);
    finish.resolve();
    expect(await first).toBe(true);
    expect(await others.control.exclusive('renew', () => Promise.resolve())).toBe(true);
  });

  it('tell scheduled work that its lock was lost', async () => {
    const outcome = doors.control.exclusive('renew', async (signal) => {
      await database.admin(`select pg_terminate_backend(l.pid) from pg_locks l where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`);
      // It may have been lost before the statement that ended it was answered.
      if (!signal.aborted) await once(signal, 'abort');
    });
    await expect(outcome).resolves.toBe(true);
    await doors.control.ping();
  });
});
