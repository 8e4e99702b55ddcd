import { takeOutbox, type Doors } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { TestDatabase, TestIssuers, TestNats, eventually } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { EVENTS_STREAM } from '../bus/subjects.js';
import { Directory } from '../directory/directory.js';
import type { PolicyEntry } from '../directory/entries.js';
import { eventSchemas, OrderEvents, ordersWithRelay, startShop } from '../fixture/order-events.fixture.js';
import { contextOf, memoryLog } from '../fixture/orders-on-nats.fixture.js';
import { OrderPlaced, testOperations } from '../fixture/orders.fixture.js';
import { shopWithReactions } from '../fixture/shop.fixture.js';
import { publishEvent } from './publish-event.js';
import { rebuildStream } from './rebuild.js';
import { Relay } from './relay.js';

describe('the relay', () => {
  const log = memoryLog();
  const stack = new AsyncDisposableStack();
  let database: TestDatabase;
  let nats: TestNats;
  let bus: Bus;
  let admin: Bus;
  let doors: Doors;
  let events: OrderEvents;
  let relay: Relay;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = stack.adopt(await TestDatabase.create(eventSchemas), (made) => made.drop());
    nats = stack.adopt(
      await TestNats.start([ordersWithRelay, shopWithReactions], { operations: testOperations }),
      (made) => made.stop(),
    );
    [bus, admin] = [await nats.connect('orders'), await nats.connect()];
    doors = database.doors('orders');
    events = new OrderEvents(doors, (text, values) => database.admin(text, values), admin);
    [a, b] = [await database.addTenant(), await database.addTenant()];
    relay = newRelay();
    await relay.start();
    stack.defer(() => relay.stop());
    const { keys } = await TestIssuers.create(['gateway']);
    const shop = await startShop({ bus: await nats.connect('shop'), doors: database.doors('shop'), keys, log });
    stack.defer(() => shop.close());
  });

  afterAll(() => stack.disposeAsync());

  const newRelay = () => new Relay({ bus, definition: ordersWithRelay, doors, log });
  const drained = (timeoutMs = 10_000) => eventually(async () => (await events.waiting()) === 0, timeoutMs);

  it('sends nothing of a transaction that was rolled back', async () => {
    await events.place(a);
    await drained();
    const before = await events.inStream(a);
    const lost = doors.tenants.transaction(contextOf(a), async (tx) => {
      tx.publish(new OrderPlaced({ orderId: 'never' }));
      await Promise.reject(new Error('rolled back'));
    });
    await expect(lost).rejects.toThrow('rolled back');
    await events.handled(await events.place(a));
    expect(await events.inStream(a)).toBe(before + 1);
  });

  it('neither loses nor doubles what it had published when it died before marking it', async () => {
    await relay.stop();
    const before = await events.inStream(a);
    const placed = await Promise.all([events.place(a), events.place(a)]);
    const died = doors.control.job('orders_relay').transaction(async (tx) => {
      for (const message of await takeOutbox(tx)) await publishEvent(bus, message);
      throw new Error('killed');
    });
    await expect(died).rejects.toThrow('killed');
    relay = newRelay();
    await relay.start();
    for (const orderId of placed) await events.handled(orderId);
    await drained();
    expect(await events.inStream(a)).toBe(before + 2);
  });

  it('sends everything once, however many of it run', async () => {
    const more = [newRelay(), newRelay()];
    await Promise.all(more.map((one) => one.start()));
    const before = await events.inStream(b);
    const placeMany = async (): Promise<void> => {
      for (let n = 0; n < 25; n += 1) await events.place(b);
    };
    await Promise.all(Array.from({ length: 8 }, placeMany));
    await drained(15_000);
    await Promise.all(more.map((one) => one.stop()));
    expect(await events.inStream(b)).toBe(before + 200);
  });

  it('puts a directory entry into its bucket if and only if the change was kept', async () => {
    const policies = Directory.watch<PolicyEntry>(admin, 'policies');
    await policies.ready;
    const project = (tenantId: string, version: number, kept: boolean) =>
      doors.tenants
        .transaction(contextOf(tenantId), (tx) => {
          tx.project(
            'policies',
            tenantId,
            { allowedIps: [], corsOrigins: [], ratePerS: version, burst: null },
            version,
          );
          return kept ? Promise.resolve() : Promise.reject(new Error('rolled back'));
        })
        .catch(() => undefined);
    await project(a, 2, true);
    await project(a, 3, false);
    await project(a, 1, true);
    await project(b, 7, true);
    await eventually(() => policies.get(b)?.ratePerS === 7);
    await drained();
    expect(policies.get(a)).toMatchObject({ version: 2, ratePerS: 2 });

    await doors.tenants.transaction(contextOf(a), (tx) => Promise.resolve(tx.project('policies', a, null, 4)));
    await eventually(() => policies.get(a) === undefined);
    policies.close();
  });

  it('waits while NATS is away', async () => {
    await nats.restart();
    await events.handled(await events.place(a), 'stock', 20_000);
  });

  it('fills a stream that was lost again, and nothing is done twice', async () => {
    const late = newId();
    await events.handled(await events.place(a));
    await nats.loseStore();
    await events.place(a, late);
    expect(await nats.provision()).toContain(EVENTS_STREAM);
    expect(await events.inStream(a)).toBeLessThan(2);
    await rebuildStream('orders', doors);
    await events.handled(late, 'stock', 20_000);
    const sent = await database.count('orders.placed', a);
    await eventually(async () => (await events.inStream(a)) === sent, 15_000);
    expect(await database.admin('select 1 from shop.stock where times > 1')).toEqual([]);
  });
});
