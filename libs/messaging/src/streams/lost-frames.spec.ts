import type { NatsConnection, PublishOptions } from '@nats-io/transport-node';
import { newId } from '@tenantry/kernel';
import { TestIssuers, TestNats } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { contextOf, memoryLog, RunningOrders } from '../fixture/orders-on-nats.fixture.js';
import {
  Count,
  exportOrders,
  gatewayService,
  importOrders,
  ordersService,
  pieces,
  testOperations,
} from '../fixture/orders.fixture.js';
import { RpcClient } from '../rpc/client.js';
import type { RawReply } from '../rpc/reply.js';
import { printRequestFacts } from '../rpc/request-facts.js';
import { Kind } from './frame.js';

/** The same connection, but for frames that a server took along when it died. */
function losing(bus: Bus, isLost: (kind: Kind) => boolean): Bus {
  const publish: NatsConnection['publish'] = (subject, payload, options?: PublishOptions) => {
    const isOpening = options?.headers !== undefined && options.reply !== undefined;
    if (isOpening || !isLost((payload as Uint8Array)[0] as Kind)) bus.connection.publish(subject, payload, options);
  };
  const connection = Object.create(bus.connection, { publish: { value: publish } }) as NatsConnection;
  return Object.create(bus, { connection: { value: connection } }) as Bus;
}

const once = (kind: Kind): ((sent: Kind) => boolean) => {
  let isOver = false;
  return (sent) => sent === kind && !isOver && (isOver = true);
};
const every = (kind: Kind) => (sent: Kind) => sent === kind;

/** One piece, and nothing more, as of a client that writes slowly. */
async function* onePiece(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(10);
  await new Promise(() => undefined);
}

async function lengthOf(reply: RawReply): Promise<number> {
  let length = 0;
  for await (const piece of reply.body ?? []) length += piece.length;
  return length;
}

/** More than one window. */
const MANY = 20;
const lost = { reason: 'unavailable' };

describe('of a stream, within seconds, though both ends live on,', () => {
  const a = newId();
  const stack = new AsyncDisposableStack();
  let issuers: TestIssuers;
  let bus: Bus;
  const isLostByService = new Set<(kind: Kind) => boolean>();

  beforeAll(async () => {
    const options = { operations: testOperations };
    const nats = stack.adopt(await TestNats.start([ordersService, gatewayService], options), (made) => made.stop());
    issuers = await TestIssuers.create(['gateway', 'orders']);
    bus = await nats.connect('gateway');
    const service = losing(await nats.connect('orders'), (kind) => [...isLostByService].some((isLost) => isLost(kind)));
    const orders = await RunningOrders.start({ bus: service, log: memoryLog(), keys: issuers.keys });
    stack.defer(() => orders.app.close());
    orders.announce(a);
    orders.desk.onImport = async (source) => {
      const count = new Count();
      for await (const piece of source) count.bytes += piece.length;
      return count;
    };
    orders.desk.onExport = () => pieces(MANY, 10);
  });
  afterAll(() => stack.disposeAsync());
  beforeEach(() => isLostByService.clear());

  async function ask(isLost: (kind: Kind) => boolean) {
    const ctx = contextOf(a);
    const signer = await issuers.signer('gateway');
    const client = new RpcClient({ bus: losing(bus, isLost), signer });
    stack.defer(() => client.close());
    const headers = { context: await signer.sign(ctx, 'orders'), request: printRequestFacts(ctx.request) };
    const until = { deadlineAtMs: Date.now() + 60_000 };
    const body = Buffer.from('{"id":"1"}');
    return {
      upload: (source: AsyncIterable<Uint8Array>) => client.openUpload(importOrders, body, headers, source, until),
      download: () => client.openDownload(exportOrders, body, headers, until).then(lengthOf),
    };
  }
  const nothing = (): boolean => false;

  it('what a caller sent and nobody got is noticed, or told again', async () => {
    const [endLost, pieceLost, creditLost] = await Promise.all([
      ask(once(Kind.end)).then(({ upload }) => upload(pieces(2, 10))),
      ask(once(Kind.data)).then(({ upload }) => upload(onePiece())),
      ask(every(Kind.credit)).then(({ download }) => download()),
    ]);
    expect([endLost.fault, pieceLost.fault]).toMatchObject([lost, lost]);
    expect(creditLost).toBe(MANY * 10);
  });

  it('what a service sent and nobody got is noticed, or told again', async () => {
    isLostByService.add(once(Kind.answer)).add(once(Kind.end)).add(every(Kind.credit));
    const caller = await ask(nothing);
    const [answerLost, creditLost, endLost] = await Promise.all([
      caller.upload(pieces(2, 10)),
      caller.upload(pieces(MANY, 10)),
      caller.download().catch((error: unknown) => error),
    ]);
    expect([answerLost.fault, endLost]).toMatchObject([lost, lost]);
    expect(Buffer.from(creditLost.payload).toString()).toBe(`{"bytes":${MANY * 10}}`);
  });
});
