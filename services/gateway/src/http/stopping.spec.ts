import { once } from 'node:events';
import { connect } from 'node:net';
import { exportRows, getMyTenant, Reply, streamAgentEvents } from '@tenantry/contracts';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';
import { OpenStreams } from './open-streams.js';
import { closeServer } from './server.js';

const SOON_MS = 100;
const NEVER_MS = 600_000;

describe('a gateway that stops', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let url: string;

  beforeEach(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    await gateway.tenant('clinic');
    url = await gateway.http.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => gateway.close());

  const stop = (drainTimeoutMs: number): Promise<void> =>
    closeServer(gateway.http, gateway.get(OpenStreams), drainTimeoutMs);
  const get = (path: string): Promise<Response> => fetch(`${url}${path}`, { headers: bearer(a.owner.token) });

  /** A service whose answer begins and then goes on until its reader leaves. */
  function answerWithoutEnd(operation: typeof streamAgentEvents | typeof exportRows, type: string): void {
    gateway.services.answer(operation as never, async ({ signal }) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Buffer.from(': \n\n'));
          signal?.addEventListener('abort', () => controller.error(signal.reason), { once: true });
        },
      });
      return new Reply(body as never, { headers: { 'content-type': type } }) as never;
    });
  }

  it('finishes the requests in flight', async () => {
    const [entered, open] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    gateway.services.answer(getMyTenant, async () => {
      entered.resolve();
      await open.promise;
      return { id: a.id };
    });
    const answer = get('/v1/tenant');
    await entered.promise;
    const stopped = stop(NEVER_MS);
    open.resolve();
    expect((await answer).status).toBe(200);
    await stopped;
    await expect(get('/v1/tenant')).rejects.toThrow();
  });

  it('ends feeds at once: who follows one comes back by itself', async () => {
    answerWithoutEnd(streamAgentEvents, 'text/event-stream');
    const answer = await get('/v1/agent-events/stream');
    await stop(NEVER_MS);
    await expect(answer.text()).rejects.toThrow();
  });

  it('cuts an answer that takes longer than it may', async () => {
    answerWithoutEnd(exportRows, 'application/x-ndjson');
    const answer = await get('/rest/v1/tracks/export');
    await stop(SOON_MS);
    await expect(answer.text()).rejects.toThrow();
  });

  it('cuts a client that sends half a request and no more', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const gone = once(socket, 'close');
    socket.on('error', () => undefined);
    socket.write(`POST /v1/auth/login HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{`);
    await once(gateway.http.server, 'request');
    await stop(SOON_MS);
    await gone;
  });
});
