import type { INestMicroservice } from '@nestjs/common';
import { HOME_CELL } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { TestDatabase, TestIssuers, TestNats, eventually } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { eventSchemas, OrderEvents, ordersWithRelay, startShop } from '../fixture/order-events.fixture.js';
import { memoryLog } from '../fixture/orders-on-nats.fixture.js';
import { testOperations, type OrderPlaced } from '../fixture/orders.fixture.js';
import { Counter, shopWithReactions, stock } from '../fixture/shop.fixture.js';
import { MAX_DELIVERIES } from './consumption.js';
import type { EventContext, ReceivedEvent } from './event.js';
import { replayFailedEvents } from './failed-events.js';
import { Relay } from './relay.js';

describe('a reaction', () => {
  const log = memoryLog();
  const stack = new AsyncDisposableStack();
  let database: TestDatabase;
  let admin: Bus;
  let events: OrderEvents;
  let shop: INestMicroservice;
  let counter: Counter;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = stack.adopt(await TestDatabase.create(eventSchemas), (made) => made.drop());
    const nats = stack.adopt(
      await TestNats.start([ordersWithRelay, shopWithReactions], { operations: testOperations }),
      (made) => made.stop(),
    );
    admin = await nats.connect();
    const doors = database.doors('orders');
    events = new OrderEvents(doors, (text, values) => database.admin(text, values), admin);
    [a, b] = [await database.addTenant(), await database.addTenant()];
    const relay = new Relay({ bus: await nats.connect('orders'), definition: ordersWithRelay, doors, log });
    await relay.start();
    stack.defer(() => relay.stop());
    const { keys } = await TestIssuers.create(['gateway']);
    shop = await startShop({ bus: await nats.connect('shop'), doors: database.doors('shop'), keys, log });
    stack.defer(() => shop.close());
    counter = shop.get(Counter, { strict: false });
  });

  afterAll(() => stack.disposeAsync());

  beforeEach(() => {
    Object.assign(counter, new Counter());
  });

  it('runs for every consumer of an event, in a transaction of the event’s own tenant', async () => {
    const seen: EventContext[] = [];
    counter.onOrder = async (event, tx, ctx) => {
      seen.push(ctx);
      expect(tx.tenantId).toBe(ctx.tenantId);
      await stock(tx, event, 'stock');
    };
    const [mine, others] = [await events.place(a), await events.place(b)];
    for (const orderId of [mine, others])
      for (const consumer of ['stock', 'mail']) await events.handled(orderId, consumer);
    expect(await events.timesHandled(mine)).toEqual([{ tenant_id: a, times: 1 }]);
    expect(await events.timesHandled(others)).toEqual([{ tenant_id: b, times: 1 }]);
    const ctx = seen.find(({ tenantId }) => tenantId === a);
    expect(ctx).toMatchObject({
      purpose: 'reaction',
      actor: { kind: 'service', id: 'shop' },
      cell: HOME_CELL,
      event: { name: 'OrderPlaced', service: 'orders', meta: { tenantId: a, actor: { kind: 'user', role: 'owner' } } },
    });
    expect(ctx?.event.changes).toEqual([{ resource: 'order', id: mine, action: 'insert' }]);
  });

  it('continues the trace of the request that caused it', async () => {
    const traces: (string | null)[] = [];
    counter.onOrder = async (event, tx, ctx) => {
      traces.push(ctx.request.traceparent);
      await stock(tx, event, 'stock');
    };
    const traceId = newId().replaceAll('-', '');
    await events.handled(await events.place(a, newId(), `00-${traceId}-00f067aa0ba902b7-01`));
    expect(traces[0]).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  });

  it('never handles one tenant’s event as another’s, whatever its payload says', async () => {
    const orderId = newId();
    const meta = JSON.stringify({ tenantId: a, actor: { id: 'u' } });
    const id = await events.plant(b, { data: { orderId, tenantId: a } }, { 'Tenantry-Event': meta });
    const failed = async () => (await events.failed('shop.stock')).find(({ event_id }) => event_id === id);
    await eventually(async () => (await failed()) !== undefined);
    expect(await failed()).toMatchObject({ tenant_id: b, error: 'tenant-mismatch' });
    expect(await events.timesHandled(orderId)).toEqual([]);
  });

  it('refuses an event in the name of another service, and one that can’t be read', async () => {
    const planted = {
      'publisher-mismatch': await events.plant(a, { data: { orderId: 'x' } }, { 'ce-source': '/services/shop' }),
      payload: await events.plant(a, 'not json'),
    };
    const wrongKind = await events.plant(a, { data: { orderId: 7 } });
    const nobodys = await events.plant(
      a,
      { data: { orderId: 'x' } },
      { 'Tenantry-Event': JSON.stringify({ tenantId: a }) },
    );
    const errors = async () =>
      new Map((await events.failed('shop.stock')).map(({ event_id, error }) => [event_id, error]));
    await eventually(async () => {
      const kept = await errors();
      return [...Object.values(planted), wrongKind, nobodys].every((id) => kept.has(id));
    });
    for (const [error, id] of Object.entries(planted)) expect((await errors()).get(id)).toBe(error);
    for (const id of [wrongKind, nobodys]) expect((await errors()).get(id)).toBe('payload');
  });

  it('changes nothing when its event comes again', async () => {
    const orderId = newId();
    const same = { 'ce-id': newId() };
    for (let copy = 0; copy < 3; copy += 1) await events.plant(a, { data: { orderId } }, same);
    const next = await events.place(a);
    await events.handled(next, 'mail');
    await events.handled(next);
    await events.handled(orderId);
    expect(await events.timesHandled(orderId)).toEqual([{ tenant_id: a, times: 1 }]);
    expect(await events.timesHandled(orderId, 'mail')).toEqual([{ tenant_id: a, times: 1 }]);
  });

  it('leaves no half effect when it fails, and is tried again', async () => {
    let tries = 0;
    counter.onOrder = async (event, tx) => {
      await stock(tx, event, 'stock');
      tries += 1;
      if (tries < 3) throw new Error('not yet');
    };
    const orderId = await events.place(a);
    await events.handled(orderId);
    expect(tries).toBe(3);
    expect(await events.timesHandled(orderId)).toEqual([{ tenant_id: a, times: 1 }]);
  });

  it('sets a poison event aside after the last try, goes on meanwhile, and handles it when it is replayed', async () => {
    const poison = newId();
    let tries = 0;
    counter.onOrder = async (event, tx) => {
      if (event.orderId === poison) {
        tries += 1;
        throw new TypeError('the password is hunter2');
      }
      await stock(tx, event, 'stock');
    };
    await events.place(a, poison);
    const others = await Promise.all([events.place(a), events.place(b), events.place(a)]);
    for (const orderId of others) await events.handled(orderId);

    const failed = async () => (await events.failed('shop.stock')).find(({ order_id }) => order_id === poison);
    await eventually(async () => (await failed()) !== undefined, 15_000);
    expect(tries).toBe(MAX_DELIVERIES);
    expect(await failed()).toMatchObject({ tenant_id: a, tries: MAX_DELIVERIES, error: 'TypeError' });
    expect(JSON.stringify(await failed())).not.toContain('hunter2');
    expect(await events.timesHandled(poison, 'mail')).toEqual([{ tenant_id: a, times: 1 }]);

    Object.assign(counter, new Counter());
    await replayFailedEvents({ admin, service: 'shop', doors: database.doors('shop'), consumer: 'shop.stock' });
    await events.handled(poison);
    await eventually(async () => (await failed()) === undefined);
    expect(await events.timesHandled(poison, 'mail')).toEqual([{ tenant_id: a, times: 1 }]);
  });

  it('takes what came together in a batch, and sets a poison event of it aside alone', async () => {
    const seen = new Map<string, ReceivedEvent>();
    const poison = newId();
    let largest = 0;
    counter.onBatch = (batch) => {
      largest = Math.max(largest, batch.length);
      if (batch.some(({ data }) => (data as OrderPlaced).orderId === poison))
        return Promise.reject(new TypeError('hunter2'));
      for (const event of batch) seen.set((event.data as OrderPlaced).orderId, event);
      return Promise.resolve();
    };
    const placing = Array.from({ length: 30 }, (_, n) => events.place(n % 2 ? a : b));
    const [, ...placed] = await Promise.all([events.place(a, poison), ...placing]);
    await eventually(() => placed.every((orderId) => seen.has(orderId)), 10_000);
    expect(largest).toBeGreaterThan(1);
    expect(seen.get(placed[0] ?? '')).toMatchObject({
      tenantId: b,
      name: 'OrderPlaced',
      meta: { tenantId: b, operation: null },
    });
    const setAside = async () => (await events.failed('shop.trail')).filter(({ error }) => error === 'TypeError');
    await eventually(async () => (await setAside()).length > 0, 15_000);
    expect(await setAside()).toEqual([
      expect.objectContaining({ tenant_id: a, order_id: poison, tries: MAX_DELIVERIES }),
    ]);
  });
});
