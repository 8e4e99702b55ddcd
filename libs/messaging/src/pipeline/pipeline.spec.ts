import { Reply } from '@tenantry/contracts';
import { IdempotentReplay, sql, type Doors } from '@tenantry/database';
import { newId, type Fault, type TenantContext } from '@tenantry/kernel';
import { InMemoryBus, TestDatabase } from '@tenantry/testing';
import { contextOf, memoryLog } from '../fixture/orders-on-nats.fixture.js';
import {
  countOrders,
  Desk,
  exportOrders,
  failInside,
  getOrder,
  Order,
  ordersService,
  payBill,
  placeOrder,
  refuse,
} from '../fixture/orders.fixture.js';

const migrations = new URL('../fixture/migrations/orders/', import.meta.url);

describe('the pipeline of a call', () => {
  const log = memoryLog();
  let database: TestDatabase;
  let doors: Doors;
  let bus: InMemoryBus;
  let desk: Desk;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = await TestDatabase.create([{ name: 'orders', migrations, jobs: [] }]);
    doors = database.doors('orders');
    bus = await InMemoryBus.start({ service: ordersService, doors, log });
    desk = bus.get(Desk);
    [a, b] = [await database.addTenant(), await database.addTenant()];
    bus.announce(a);
    bus.announce(b);
  });

  afterAll(async () => {
    await bus.close();
    await database.drop();
  });

  beforeEach(() => {
    log.lines.length = 0;
    Object.assign(desk, new Desk());
  });

  const order = (id = newId()) => ({ id, note: '' });
  const refusalOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (fault: Fault) => fault.reason,
    );
  const accessed = (tenantId: string) =>
    database.admin<{ data: unknown; changes: unknown; meta: string }>(
      `select payload -> 'data' as data, payload -> 'changes' as changes, headers ->> 'Tenantry-Event' as meta from orders.outbox
       where tenant_id = $1 and subject like '%.orders.Accessed' order by position`,
      [tenantId],
    );

  it('brings a parsed input to the handler and prints only what the contract names', async () => {
    desk.onOrder = (input) => {
      expect(input).toBeInstanceOf(Order);
      return Promise.resolve(Object.assign(new Order(), { ...input, secret: 'not in the contract' }));
    };
    const reply = await bus.send(placeOrder, '{"id":"1"}', contextOf(a));
    expect(Buffer.from(reply.payload).toString()).toBe('{"id":"1","note":""}');
  });

  it('refuses before it reads the input when the permission is missing', async () => {
    const reply = await bus.send(placeOrder, 'not json', contextOf(a, { permissions: [] }));
    expect(reply.fault?.reason).toBe('forbidden');
  });

  it('answers a refusal as it was meant and a bug as `internal`', async () => {
    desk.onOrder = () => refuse();
    expect(await refusalOf(bus.call(placeOrder, order(), contextOf(a)))).toBe('conflict');
    desk.onOrder = () => failInside();
    expect(await refusalOf(bus.call(placeOrder, order(), contextOf(a)))).toBe('internal');
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('does not start when the deadline is over', async () => {
    let ran = false;
    desk.onOrder = (input) => {
      ran = true;
      return Promise.resolve(input);
    };
    const ctx = contextOf(a);
    const late = { ...ctx, request: { ...ctx.request, deadlineAtMs: Date.now() - 1 } };
    expect(await refusalOf(bus.call(placeOrder, order(), late))).toBe('deadline-exceeded');
    expect(ran).toBe(false);
  });

  it('cuts a handler at its deadline and when its tenant is suspended, with the reason', async () => {
    desk.onOrder = (_input, { signal }) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));
    const ctx = contextOf(a);
    const hurried = { ...ctx, request: { ...ctx.request, deadlineAtMs: Date.now() + 30 } };
    expect(await refusalOf(bus.call(placeOrder, order(), hurried))).toBe('deadline-exceeded');
    const running = refusalOf(bus.call(placeOrder, order(), contextOf(b)));
    await new Promise((resolve) => setTimeout(resolve, 20));
    bus.announce(b, { status: 'suspended' });
    expect(await running).toBe('tenant-suspended');
    bus.announce(b);
  });

  it('lets internal operations be called by those they name', async () => {
    await expect(bus.call(countOrders, order(), contextOf(a))).resolves.toBeDefined();
    expect(await refusalOf(bus.call(countOrders, order(), contextOf(a), { issuer: 'gateway' }))).toBe('forbidden');
  });

  describe('with an idempotency key', () => {
    async function insertOnce(input: Order, ctx: TenantContext): Promise<Order | Reply<Order>> {
      return doors.tenants.transaction(ctx, async (tx) => {
        await tx.execute(sql`insert into orders.placed (tenant_id, id) values (${tx.tenantId}, ${input.id})`);
        return new Reply(Object.assign(new Order(), { id: input.id, note: newId() }), {
          status: 201,
          headers: { location: `/v1/orders/${input.id}` },
        });
      });
    }

    it('gives the same answer again, with its status and headers, and acts once', async () => {
      desk.onOrder = insertOnce;
      const ctx = contextOf(a);
      const payload = JSON.stringify(order());
      const first = await bus.send(placeOrder, payload, ctx, { idempotencyKey: 'key-1' });
      const second = await bus.send(placeOrder, payload, ctx, { idempotencyKey: 'key-1' });
      expect(first).toMatchObject({ fault: null, status: 201 });
      expect(second).toEqual(first);
      expect(await database.count('orders.placed', a)).toBe(1);
    });

    it('takes no notice of the order of members, and refuses another body', async () => {
      desk.onOrder = insertOnce;
      const ctx = contextOf(b);
      const id = newId();
      const first = await bus.send(placeOrder, `{"id":"${id}","note":"x"}`, ctx, { idempotencyKey: 'key-2' });
      const again = await bus.send(placeOrder, `{"note":"x", "id":"${id}"}`, ctx, { idempotencyKey: 'key-2' });
      expect(again).toEqual(first);
      const other = await bus.send(placeOrder, `{"id":"${id}","note":"y"}`, ctx, { idempotencyKey: 'key-2' });
      expect(other.fault?.reason).toBe('idempotency-key-reused');
    });

    it('checks the permission before it gives an answer again', async () => {
      desk.onOrder = () => Promise.reject(new IdempotentReplay('{"id":"1"}'));
      const reply = await bus.send(placeOrder, '{"id":"1"}', contextOf(a, { permissions: [] }), {
        idempotencyKey: 'key-3',
      });
      expect(reply.fault?.reason).toBe('forbidden');
    });

    it('is not claimed by an operation that does not honour it', async () => {
      let claim: unknown;
      desk.onOrder = (input, ctx) => {
        claim = ctx.idempotency;
        return Promise.resolve(input);
      };
      await bus.call(payBill, order(), contextOf(a), { idempotencyKey: 'key-4' });
      expect(claim).toBeNull();
    });
  });

  describe('of an operation that names an audit action', () => {
    it('leaves a trace of a read in the trail of its own tenant before it answers', async () => {
      const before = (await accessed(b)).length;
      const ctx = contextOf(a);
      await bus.call(getOrder, order('o-7'), ctx);
      const [trace] = (await accessed(a)).slice(-1);
      expect(trace).toMatchObject({
        data: { outcome: 'read' },
        changes: [{ resource: 'order', id: 'o-7', action: 'read' }],
      });
      expect(JSON.parse(trace!.meta)).toMatchObject({
        tenantId: a,
        action: 'order.read',
        operation: 'GetOrder',
        actor: { id: ctx.actor.id },
        requestId: ctx.request.id,
      });
      expect(await accessed(b)).toHaveLength(before);
    });

    it('leaves a trace of an attempt that was refused', async () => {
      const before = (await accessed(b)).length;
      await bus.send(placeOrder, '{"id":"1"}', contextOf(b, { permissions: [] }));
      const traces = await accessed(b);
      expect(traces).toHaveLength(before + 1);
      expect(traces.at(-1)).toMatchObject({ data: { outcome: 'refused' } });
    });

    it('gives no answer when the trace can’t be written', async () => {
      const unknown = newId();
      bus.announce(unknown);
      const reply = await bus.send(getOrder, '{"id":"1"}', contextOf(unknown));
      expect(reply.fault).not.toBeNull();
      expect(reply.payload).toHaveLength(0);
    });

    it('lets a streamed answer go when the trace can’t be written', async () => {
      const unknown = newId();
      bus.announce(unknown);
      let isOpen = true;
      const end = (): Promise<IteratorResult<Uint8Array>> => {
        isOpen = false;
        return Promise.resolve({ done: true, value: undefined });
      };
      desk.onExport = () => ({ [Symbol.asyncIterator]: () => ({ next: end, return: end }) });
      const reply = await bus.send(exportOrders, '{"id":"1"}', contextOf(unknown));
      expect(reply.fault).not.toBeNull();
      expect(isOpen).toBe(false);
    });
  });
});
