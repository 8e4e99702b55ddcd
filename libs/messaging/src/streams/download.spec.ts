import type { Msg } from '@nats-io/transport-node';
import { newId, type Fault } from '@tenantry/kernel';
import { TestIssuers, TestNats, eventually } from '@tenantry/testing';
import { Header, makeHeaders } from '../bus/headers.js';
import { answerSubject } from '../bus/subjects.js';
import { contextOf, memoryLog, RunningOrders } from '../fixture/orders-on-nats.fixture.js';
import { exportOrders, gatewayService, ordersService, pieces, testOperations } from '../fixture/orders.fixture.js';
import { RpcClient, type StreamOptions } from '../rpc/client.js';
import { printRequestFacts } from '../rpc/request-facts.js';
import { decodeFrame, encodeFrame, Kind, WINDOW_PIECES } from './frame.js';

const KIB = 1024;

describe('a streamed answer', () => {
  const a = newId();
  const b = newId();
  const stack = new AsyncDisposableStack();
  let nats: TestNats;
  let issuers: TestIssuers;
  let orders: RunningOrders;
  let gateway: RpcClient;

  beforeAll(async () => {
    nats = stack.adopt(await TestNats.start([ordersService, gatewayService], { operations: testOperations }), (made) =>
      made.stop(),
    );
    issuers = await TestIssuers.create(['gateway', 'orders']);
    const bus = await nats.connect('orders');
    orders = await RunningOrders.start({ bus, log: memoryLog(), keys: issuers.keys, maxStreams: 4 });
    stack.defer(() => orders.app.close());
    gateway = new RpcClient({ bus: await nats.connect('gateway'), signer: await issuers.signer('gateway') });
  });

  afterAll(() => stack.disposeAsync());

  beforeEach(() => {
    orders.announce(a);
    orders.announce(b);
  });

  async function download(ctx = contextOf(a), options: Partial<StreamOptions> = {}) {
    const headers = {
      context: await (await issuers.signer('gateway')).sign(ctx, 'orders'),
      request: printRequestFacts(ctx.request),
    };
    const until = { deadlineAtMs: ctx.request.deadlineAtMs, ...options };
    return gateway.openDownload(exportOrders, Buffer.from('{"id":"1"}'), headers, until);
  }

  const idle = () => eventually(() => orders.strategy.busy === 0);

  it('brings headers first and then every byte in order', async () => {
    orders.desk.onExport = () => pieces(50, 100 * KIB);
    const reply = await download();
    expect(reply.headers).toEqual({ 'content-type': 'text/csv' });
    const got = await collect(reply.body);
    expect(got).toHaveLength(50 * 100 * KIB);
    expect([...new Set(got)]).toEqual(Array.from({ length: 50 }, (_, n) => n));
    await idle();
  });

  it('takes no more from the handler than the reader and the window have room for', async () => {
    let produced = 0;
    let read = 0;
    let farthest = 0;
    orders.desk.onExport = () => pieces(100, 64 * KIB, () => (produced += 1));
    for await (const piece of (await download()).body ?? []) {
      expect(piece.length).toBe(64 * KIB);
      read += 1;
      farthest = Math.max(farthest, produced - read);
      if (read % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(read).toBe(100);
    expect(farthest).toBeLessThanOrEqual(WINDOW_PIECES + 1);
  });

  it('begins before anybody reads it, and goes no farther than the window', async () => {
    let produced = 0;
    orders.desk.onExport = () => pieces(100, KIB, () => (produced += 1));
    const { body } = await download();
    await eventually(() => produced > WINDOW_PIECES);
    expect(produced).toBe(WINDOW_PIECES + 1);
    expect(await collect(body)).toHaveLength(100 * KIB);
  });

  it('waits for a caller that grants nothing with its request, as one of the version before', async () => {
    orders.desk.onExport = () => pieces(3, 1);
    const bus = await nats.connect('gateway');
    const ctx = contextOf(a);
    const headers = makeHeaders({
      [Header.context]: await (await issuers.signer('gateway')).sign(ctx, 'orders'),
      [Header.request]: printRequestFacts(ctx.request),
    });
    const heard: Msg[] = [];
    const reply = answerSubject('gateway', 'older', 'orders', '1');
    bus.subscribe(reply, (message) => {
      heard.push(message);
      if (heard.length === 1) bus.connection.publish(message.reply!, encodeFrame(Kind.keep, 0), { reply });
      if (heard.length === 2)
        bus.connection.publish(heard[0]!.reply!, encodeFrame(Kind.credit, WINDOW_PIECES), { reply });
    });
    bus.connection.publish(exportOrders.subject, '{"id":"1"}', { reply, headers });
    await eventually(() => heard.length === 6);
    const kinds = heard.slice(1).map(({ data }) => decodeFrame(data).kind);
    expect(kinds).toEqual([Kind.keep, Kind.data, Kind.data, Kind.data, Kind.end]);
    await bus.drain();
    await idle();
  });

  it('stops the handler when the reader leaves', async () => {
    let produced = 0;
    let stopped = false;
    orders.desk.onExport = async function* () {
      try {
        yield* pieces(10_000, KIB, () => (produced += 1));
      } finally {
        stopped = true;
      }
    };
    const reader = (await download()).body![Symbol.asyncIterator]();
    await reader.next();
    await reader.return?.();
    await eventually(() => stopped);
    expect(produced).toBeLessThan(200);
    await idle();
  });

  it('fails with a bug of the handler without telling it', async () => {
    orders.desk.onExport = async function* () {
      yield new Uint8Array(1);
      await Promise.resolve();
      throw new TypeError('the password is hunter2');
    };
    const { body } = await download();
    const fault = await collect(body).catch((error: unknown) => error);
    expect(fault).toMatchObject({ reason: 'internal' });
    expect(JSON.stringify(fault)).not.toContain('hunter2');
  });

  it('is cut within a second when its tenant is suspended; the other tenant’s goes on', async () => {
    orders.desk.onExport = () => endless();
    const [mine, others] = [await download(contextOf(a)), await download(contextOf(b))];
    const cut = collect(mine.body).catch((error: unknown) => error);
    const others$ = others.body![Symbol.asyncIterator]();
    await others$.next();
    const suspendedAtMs = Date.now();
    orders.announce(a, 'suspended');
    expect(await cut).toMatchObject({ reason: 'tenant-suspended' });
    expect(Date.now() - suspendedAtMs).toBeLessThan(1_000);
    await expect(others$.next()).resolves.toMatchObject({ done: false });
    await others$.return?.();
    await idle();
  });

  it('is cut within a second when its credential is revoked, even while the handler waits', async () => {
    orders.desk.onExport = async function* (ctx) {
      yield new Uint8Array(1);
      await new Promise((_resolve, reject) =>
        ctx.signal?.addEventListener('abort', () => reject(new Error('aborted'))),
      );
    };
    const ctx = contextOf(a);
    const { body } = await download(ctx);
    const cut = collect(body).catch((error: unknown) => error);
    orders.directories.revocations.put(ctx.credentialId!, {
      version: 1,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
    });
    expect(await cut).toMatchObject({ reason: 'unauthenticated' });
    await idle();
  });

  it('is refused when there are too many already, and none is left open by that', async () => {
    orders.desk.onExport = () => endless();
    const open = await Promise.all(Array.from({ length: 4 }, () => download()));
    expect((await download()).fault?.reason).toBe('unavailable');
    for (const { body } of open) await body![Symbol.asyncIterator]().return?.();
    await idle();
  });

  it('fails within seconds when the instance that serves it dies', async () => {
    const bus = await nats.connect('orders');
    const other = await RunningOrders.start({ bus, log: memoryLog(), keys: issuers.keys });
    const ends: Promise<Fault | null>[] = [];
    for (const one of [orders, other]) {
      one.announce(a);
      one.desk.onExport = () => endless();
    }
    const leaving = new AbortController();
    for (let tries = 0; other.strategy.busy === 0 && tries < 100; tries += 1) {
      const { body } = await download(contextOf(a), { signal: leaving.signal });
      const end = collect(body).then(
        () => null,
        (error: unknown) => error as Fault,
      );
      if (other.strategy.busy > 0) ends.push(end);
    }
    await bus.connection.close();
    expect(await ends[0]).toMatchObject({ reason: 'unavailable' });
    leaving.abort();
    await other.app.close();
    await idle();
  });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield new Uint8Array(10);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function collect(body: AsyncIterable<Uint8Array> | null): Promise<Buffer> {
  const got: Uint8Array[] = [];
  for await (const piece of body ?? []) got.push(piece);
  return Buffer.concat(got);
}
