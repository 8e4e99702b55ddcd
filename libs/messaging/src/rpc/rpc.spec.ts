import { Reply } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { TestIssuers, TestNats, eventually } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { contextOf, memoryLog, RunningOrders } from '../fixture/orders-on-nats.fixture.js';
import {
  closeShop,
  countOrders,
  failInside,
  gatewayService,
  Order,
  ordersService,
  placeOrder,
  refuse,
  shipParcel,
  shopService,
  testOperations,
} from '../fixture/orders.fixture.js';
import { RpcClient } from './client.js';
import { printRequestFacts } from './request-facts.js';

describe('a call over NATS', () => {
  const log = memoryLog();
  const a = newId();
  const b = newId();
  let nats: TestNats;
  let issuers: TestIssuers;
  let orders: RunningOrders;
  let gateway: RpcClient;
  let shop: RpcClient;
  let gatewayBus: Bus;

  beforeAll(async () => {
    nats = await TestNats.start([ordersService, shopService, gatewayService], { operations: testOperations });
    issuers = await TestIssuers.create(['gateway', 'orders', 'shop']);
    orders = await RunningOrders.start({ bus: await nats.connect('orders'), log, keys: issuers.keys, maxInFlight: 50 });
    gatewayBus = await nats.connect('gateway');
    gateway = new RpcClient({ bus: gatewayBus, signer: await issuers.signer('gateway') });
    shop = new RpcClient({ bus: await nats.connect('shop'), signer: await issuers.signer('shop') });
  });

  afterAll(async () => {
    await orders.app.close();
    await nats.stop();
  });

  beforeEach(() => {
    log.lines.length = 0;
    orders.announce(a);
    orders.announce(b);
    orders.desk.onOrder = (order) => Promise.resolve(order);
  });

  const order = (facts: Partial<Order> = {}): Order =>
    Object.assign(new Order(), { id: 'o-1', note: 'fragile' }, facts);

  it('reaches the handler with the context that was signed, and brings its answer back', async () => {
    let seen: TenantContext | undefined;
    orders.desk.onOrder = (input, ctx) => {
      seen = ctx;
      return Promise.resolve(Object.assign(new Order(), { ...input, note: 'placed' }));
    };
    const ctx = contextOf(a, { onBehalfOf: 'someone', locationId: 'l-1' });
    await expect(gateway.call(placeOrder, order(), ctx)).resolves.toEqual({ id: 'o-1', note: 'placed' });
    expect(seen).toMatchObject({
      tenantId: a,
      actor: ctx.actor,
      onBehalfOf: 'someone',
      locationId: 'l-1',
      permissions: ['*'],
      credentialId: ctx.credentialId,
      request: { id: ctx.request.id, clientIp: '203.0.113.7', userAgent: 'test' },
      origin: { operation: 'PlaceOrder', action: 'order.placed' },
    });
  });

  it('keeps the contexts of two tenants apart when their calls interleave', async () => {
    orders.desk.onOrder = async (input, ctx) => {
      await new Promise((resolve) => setImmediate(resolve));
      return Object.assign(new Order(), { id: input.id, note: ctx.tenantId });
    };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, n) => gateway.call(placeOrder, order({ id: `${n}` }), contextOf(n % 2 ? a : b))),
    );
    expect(answers.map(({ note }) => note)).toEqual(answers.map((_, n) => (n % 2 ? a : b)));
  });

  it('brings a status and headers that the handler named', async () => {
    orders.desk.onOrder = (input) => Promise.resolve(new Reply(input, { status: 202, headers: { location: '/x' } }));
    const reply = await forward(placeOrder, '{"id":"1"}', contextOf(a));
    expect(reply).toMatchObject({ status: 202, headers: { location: '/x' }, fault: null });
  });

  it('carries a fault across as what it was, without its cause', async () => {
    orders.desk.onOrder = () => refuse();
    const reply = await forward(placeOrder, '{"id":"1"}', contextOf(a));
    expect(reply.fault).toEqual({
      reason: 'conflict',
      detail: 'already placed',
      errors: [{ field: 'id', message: 'already placed' }],
    });
    await expect(gateway.call(placeOrder, order(), contextOf(a))).rejects.toMatchObject({
      reason: 'conflict',
      status: 409,
    });
  });

  it('answers a bug with `internal` and nothing else, and logs it whole', async () => {
    orders.desk.onOrder = () => failInside();
    const reply = await forward(placeOrder, '{"id":"1"}', contextOf(a));
    expect(reply.fault).toEqual({ reason: 'internal', detail: 'Something went wrong on our side', errors: [] });
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'error',
        facts: expect.objectContaining({ err: new TypeError('the password is hunter2') }),
      }),
    );
  });

  it('refuses input that breaks the contract, and names the field', async () => {
    for (const [payload, reason] of [
      ['{"id":7}', 'invalid-input'],
      ['{"id":"1","extra":true}', 'invalid-input'],
      ['{}', 'invalid-input'],
      ['{"id":', 'malformed-request'],
      [Buffer.from([0xff, 0xfe]), 'malformed-request'],
    ] as const) {
      expect((await forward(placeOrder, payload, contextOf(a))).fault?.reason).toBe(reason);
    }
  });

  it('answers at once when nobody serves the operation', async () => {
    const startedAtMs = Date.now();
    const fault = await gateway.call(shipParcel, order(), contextOf(a)).catch((error: unknown) => error);
    expect(fault).toMatchObject({ reason: 'unavailable', retryAfterS: 1 });
    expect(Date.now() - startedAtMs).toBeLessThan(1_000);
  });

  it('gives up at the deadline of the call, and at that of the request it serves', async () => {
    let aborted = 0;
    orders.desk.onOrder = (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          aborted += 1;
          reject(signal.reason as Error);
        });
      });
    await expect(gateway.call(placeOrder, order(), contextOf(a), { timeoutMs: 50 })).rejects.toMatchObject({
      reason: 'deadline-exceeded',
    });
    const hurried = contextOf(a);
    const ctx = { ...hurried, request: { ...hurried.request, deadlineAtMs: Date.now() + 50 } };
    await expect(gateway.call(placeOrder, order(), ctx)).rejects.toMatchObject({ reason: 'deadline-exceeded' });
    await eventually(() => aborted === 2);
  });

  it('lets a service call what names it as a caller, and nothing else', async () => {
    await expect(shop.call(countOrders, order(), contextOf(a))).resolves.toMatchObject({ id: 'o-1' });
    await expect(shop.call(placeOrder, order(), contextOf(a))).rejects.toMatchObject({ reason: 'unavailable' });
  });

  it('refuses more calls than it may handle at the same time, and goes on afterwards', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    orders.desk.onOrder = async (input) => {
      await gate;
      return input;
    };
    let refused = 0;
    const calls = Array.from({ length: 60 }, async () => {
      const { fault } = await forward(placeOrder, '{"id":"1"}', contextOf(a));
      if (fault?.reason === 'unavailable') refused += 1;
      return fault;
    });
    await eventually(() => refused === 10 && orders.strategy.busy === 50);
    release();
    expect((await Promise.all(calls)).filter((fault) => fault === null)).toHaveLength(50);
    await expect(gateway.call(placeOrder, order(), contextOf(a))).resolves.toBeDefined();
  });

  it('keeps at most as many calls waiting as it was told', async () => {
    const narrow = new RpcClient({ bus: gatewayBus, signer: await issuers.signer('gateway'), maxPending: 2 });
    orders.desk.onOrder = async (input) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return input;
    };
    const results = await Promise.allSettled(
      Array.from({ length: 3 }, () => narrow.call(placeOrder, order(), contextOf(a))),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    narrow.close();
  });

  it('does not run a platform operation for a tenant, even with every permission', async () => {
    await expect(gateway.call(closeShop, order(), contextOf(a))).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(gateway.call(closeShop, order(), contextOf(PLATFORM_TENANT_ID))).resolves.toBeDefined();
  });

  it('goes on after the server was restarted', async () => {
    await nats.restart();
    await eventually(() => gatewayBus.connected);
    await eventually(async () => {
      const reply = await forward(placeOrder, '{"id":"1"}', contextOf(a));
      return reply.fault === null;
    });
  });

  async function forward(operation: typeof placeOrder, payload: string | Uint8Array, ctx: TenantContext) {
    const signer = await issuers.signer('gateway');
    const headers = { context: await signer.sign(ctx, 'orders'), request: printRequestFacts(ctx.request) };
    return gateway.forward(operation, Buffer.from(payload), headers, ctx.request.deadlineAtMs);
  }
});
