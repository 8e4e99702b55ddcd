import { newId } from '@tenantry/kernel';
import { TestIssuers, TestNats, eventually } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { contextOf, memoryLog, RunningOrders } from '../fixture/orders-on-nats.fixture.js';
import {
  gatewayService,
  ordersService,
  placeOrder,
  shopService,
  tenantsService,
  testOperations,
} from '../fixture/orders.fixture.js';
import { RpcClient } from '../rpc/client.js';

describe('nats-server', () => {
  const services = [ordersService, shopService, tenantsService, gatewayService];
  let nats: TestNats;

  beforeAll(async () => {
    nats = await TestNats.start(services, { operations: testOperations });
  });

  afterAll(() => nats.stop());

  /** What the server refused a service while it did something. */
  async function refused(name: string, act: (bus: Bus) => void): Promise<string[]> {
    const bus = await nats.connect(name);
    const subjects: string[] = [];
    bus.onChange((change) => change.kind === 'refused' && subjects.push(change.subject));
    act(bus);
    await bus.connection.flush();
    await bus.drain();
    return subjects;
  }

  const publishing = (subject: string) => (bus: Bus) => bus.connection.publish(subject, 'x');
  const hearing = (subject: string) => (bus: Bus) => void bus.subscribe(subject, () => undefined);

  it.each([
    ['orders', 'events.t.tenants.TenantSuspended'],
    ['orders', 'events.t.orders.sub.topic'],
    ['orders', '$KV.tenants.x'],
    ['shop', 'rpc.orders.v1.PlaceOrder'],
    ['shop', 'rpc.orders._s.any.id'],
    ['orders', '_INBOX.gateway.guess'],
    ['orders', '$JS.API.STREAM.DELETE.EVENTS'],
    ['orders', '$JS.API.STREAM.PURGE.KV_tenants'],
    ['gateway', 'rpc.orders.v1.CountOrders'],
    ['gateway', 'events.t.gateway2.X'],
  ])('refuses %s to publish %s', async (name, subject) => {
    expect(await refused(name, publishing(subject))).toEqual([subject]);
  });

  it.each([
    ['shop', 'rpc.orders.>'],
    ['shop', 'rpc.>'],
    ['shop', '_INBOX.gateway.>'],
    ['shop', '_INBOX.>'],
    ['orders', 'events.>'],
    ['gateway', '$KV.tenants.>'],
    ['shop', '>'],
  ])('refuses %s to hear %s', async (name, subject) => {
    expect(await refused(name, hearing(subject))).toEqual([subject]);
  });

  it('lets a service say and hear what is its own', async () => {
    expect(await refused('orders', publishing('events.t.orders.OrderPlaced'))).toEqual([]);
    expect(await refused('shop', publishing('rpc.orders.v1.CountOrders'))).toEqual([]);
    expect(await refused('orders', hearing('rpc.orders.*.*'))).toEqual([]);
  });

  it('refuses a user that it does not know', async () => {
    const strangers = await TestNats.start([], {});
    const bus = new Promise((resolve, reject) => {
      import('../bus/bus.js')
        .then(({ connectBus }) =>
          connectBus({ url: nats.url, service: 'orders', nkeySeed: strangers.seedOf('admin'), log: memoryLog() }),
        )
        .then(resolve, reject);
    });
    await expect(bus).rejects.toThrow(/authorization/i);
    await strangers.stop();
  });

  it('lets a service answer in its own name, and never where a caller says who could not have said it itself', async () => {
    const issuers = await TestIssuers.create(['gateway', 'orders']);
    const orders = await RunningOrders.start({
      bus: await nats.connect('orders'),
      log: memoryLog(),
      keys: issuers.keys,
    });
    const a = newId();
    orders.announce(a);
    const bus = await nats.connect('gateway');
    const admin = await nats.connect('admin');
    const heard: string[] = [];
    for (const subject of ['events.t.orders.>', '_INBOX.gateway.>'])
      admin.connection.subscribe(subject, { callback: (_error, message) => void heard.push(message.subject) });
    await admin.connection.flush();
    bus.connection.publish('rpc.orders.v1.PlaceOrder', '{}', { reply: 'events.t.orders.OrderPlaced' });
    const gateway = new RpcClient({ bus, signer: await issuers.signer('gateway') });
    await expect(gateway.call(placeOrder, { id: '1', note: '' }, contextOf(a))).resolves.toBeDefined();
    await eventually(() => heard.length > 0);
    expect(heard).toEqual([expect.stringMatching(/^_INBOX\.gateway\.[^.]+\.orders\.[^.]+$/)]);
    expect(await refused('shop', publishing(heard[0]!))).toEqual(heard);
    expect(await refused('orders', publishing(heard[0]!))).toEqual([]);
    await orders.app.close();
  });

  it('ends the start of a service that it does not let serve', async () => {
    const issuers = await TestIssuers.create(['gateway']);
    const bus = await nats.connect('shop');
    const wrong = { ...bus, service: 'orders' };
    Object.setPrototypeOf(wrong, Object.getPrototypeOf(bus) as object);
    await expect(RunningOrders.start({ bus: wrong as Bus, log: memoryLog(), keys: issuers.keys })).rejects.toThrow(
      /rpc\.orders/,
    );
  });

  it('fails a call at once that it refuses to pass on', async () => {
    const issuers = await TestIssuers.create(['shop']);
    const shop = new RpcClient({ bus: await nats.connect('shop'), signer: await issuers.signer('shop') });
    const startedAtMs = Date.now();
    await expect(shop.call(placeOrder, { id: '1', note: '' }, contextOf(newId()))).rejects.toMatchObject({
      reason: 'unavailable',
    });
    expect(Date.now() - startedAtMs).toBeLessThan(2_000);
  });
});
