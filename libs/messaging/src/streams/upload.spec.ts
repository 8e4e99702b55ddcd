import { randomBytes, createHash } from 'node:crypto';
import { newId, type Fault } from '@tenantry/kernel';
import { TestIssuers, TestNats, eventually } from '@tenantry/testing';
import { contextOf, memoryLog, RunningOrders } from '../fixture/orders-on-nats.fixture.js';
import {
  Count,
  gatewayService,
  importOrders,
  ordersService,
  pieces,
  testOperations,
} from '../fixture/orders.fixture.js';
import { RpcClient, type StreamOptions } from '../rpc/client.js';
import { printRequestFacts } from '../rpc/request-facts.js';
import { WINDOW_PIECES } from './frame.js';

const KIB = 1024;

describe('a streamed request', () => {
  const a = newId();
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

  async function upload(source: AsyncIterable<Uint8Array>, ctx = contextOf(a), options: Partial<StreamOptions> = {}) {
    const headers = {
      context: await (await issuers.signer('gateway')).sign(ctx, 'orders'),
      request: printRequestFacts(ctx.request),
    };
    const until = { deadlineAtMs: ctx.request.deadlineAtMs, ...options };
    return gateway.openUpload(importOrders, Buffer.from('{"id":"1"}'), headers, source, until);
  }

  const idle = () => eventually(() => orders.strategy.busy === 0);

  beforeEach(() => {
    orders.announce(a);
    orders.desk.onImport = async (source) => {
      const count = new Count();
      for await (const piece of source) count.bytes += piece.length;
      return count;
    };
  });

  it('brings every byte in order', async () => {
    const sent = createHash('sha256');
    const got = createHash('sha256');
    orders.desk.onImport = async (source) => {
      for await (const piece of source) got.update(piece);
      return new Count();
    };
    async function* random() {
      for (let n = 0; n < 60; n += 1) {
        const piece = randomBytes(1 + n * 1_700);
        sent.update(piece);
        yield piece;
      }
    }
    await expect(upload(random())).resolves.toMatchObject({ fault: null });
    expect(got.digest('hex')).toBe(sent.digest('hex'));
  });

  it('takes no more from its source than the reader and the window have room for', async () => {
    let produced = 0;
    let read = 0;
    let farthest = 0;
    orders.desk.onImport = async (source) => {
      for await (const piece of source) {
        expect(piece.length).toBe(64 * KIB);
        read += 1;
        farthest = Math.max(farthest, produced - read);
        if (read % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return new Count();
    };
    await upload(pieces(100, 64 * KIB, () => (produced += 1)));
    expect(read).toBe(100);
    expect(farthest).toBeLessThanOrEqual(WINDOW_PIECES + 1);
  });

  it('is not read at all when the call is refused', async () => {
    let produced = 0;
    const ctx = contextOf(newId());
    const reply = await upload(
      pieces(1, 1, () => (produced += 1)),
      ctx,
    );
    expect(reply.fault?.reason).toBe('unauthenticated');
    expect(produced).toBe(0);
  });

  it('ends early when the handler has read enough', async () => {
    let produced = 0;
    orders.desk.onImport = async (source) => {
      for await (const piece of source) return Object.assign(new Count(), { bytes: piece.length });
      return new Count();
    };
    const reply = await upload(pieces(1_000, 10 * KIB, () => (produced += 1)));
    expect(Buffer.from(reply.payload).toString()).toBe('{"bytes":10240}');
    expect(produced).toBeLessThan(100);
  });

  it('is refused beyond the operation’s limit', async () => {
    expect((await upload(pieces(200, 64 * KIB))).fault?.reason).toBe('body-too-large');
    await idle();
  });

  it('tells the handler when the caller goes away', async () => {
    const leaving = new AbortController();
    let fault: unknown;
    orders.desk.onImport = async (source) => {
      try {
        for await (const piece of source) if (piece.length > 0) leaving.abort();
      } catch (error) {
        fault = error;
      }
      return new Count();
    };
    async function* forever() {
      for (;;) yield await new Promise<Uint8Array>((resolve) => setTimeout(() => resolve(new Uint8Array(1)), 5));
    }
    expect((await upload(forever(), contextOf(a), { signal: leaving.signal })).fault?.reason).toBe('cancelled');
    await eventually(() => (fault as Fault | undefined)?.reason === 'cancelled');
    await idle();
  });

  it('fails with the source', async () => {
    async function* broken() {
      yield new Uint8Array(10);
      await Promise.resolve();
      throw new Error('the client’s connection broke');
    }
    expect((await upload(broken())).fault?.reason).toBe('cancelled');
    await idle();
  });

  it('is cut at its deadline', async () => {
    async function* slow() {
      yield new Uint8Array(1);
      await new Promise(() => undefined);
    }
    const ctx = contextOf(a);
    const hurried = { ...ctx, request: { ...ctx.request, deadlineAtMs: Date.now() + 150 } };
    expect((await upload(slow(), hurried)).fault?.reason).toBe('deadline-exceeded');
    await idle();
  });
});
