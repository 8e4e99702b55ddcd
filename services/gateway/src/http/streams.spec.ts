import { once } from 'node:events';
import { connect } from 'node:net';
import { exportRows, getMyTenant, importRows, Reply } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { ReceivedCall } from '../testing/fake-services.fixture.js';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

const CHUNK = Buffer.alloc(16 * 1024, 'x');

describe('streams over real connections', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let url: string;
  let isOver: boolean;

  beforeEach(async () => {
    isOver = false;
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    b = await gateway.tenant('clinic');
    url = await gateway.http.listen({ port: 0, host: '127.0.0.1' });
  });
  afterEach(() => {
    isOver = true;
    return gateway.close();
  });

  /** An upload that goes on until somebody stops it. */
  function endless(onPull: () => void = () => undefined): ReadableStream<Uint8Array> {
    return new ReadableStream({
      async pull(controller) {
        onPull();
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (isOver) controller.close();
        else controller.enqueue(CHUNK);
      },
    });
  }

  const upload = (token: string, body: ReadableStream<Uint8Array> | string, signal?: AbortSignal) =>
    fetch(`${url}/rest/v1/tracks/import`, {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/x-ndjson' },
      body,
      duplex: 'half',
      signal,
    } as RequestInit);

  /** A service that takes an upload until it ends or the gateway gives up on it, as the bus does. */
  function takeUploads(onStart: (call: ReceivedCall) => void = () => undefined): void {
    gateway.services.answer(importRows, async (call) => {
      let bytes = 0;
      const stopped = call.signal && once(call.signal, 'abort').then(() => Promise.reject(new Fault('cancelled')));
      const taken = (async () => {
        for await (const chunk of call.upload!) {
          if (bytes === 0) onStart(call);
          bytes += chunk.length;
        }
      })();
      await Promise.race([taken, stopped]);
      return { table: 'tracks', rows: '1', bytes: String(bytes) };
    });
  }

  it('passes an upload on while it arrives', async () => {
    takeUploads();
    const answer = await upload(a.owner.token, '{"id":1}\n'.repeat(1_000));
    expect([answer.status, await answer.json()]).toEqual([200, { table: 'tracks', rows: '1', bytes: '9000' }]);
  });

  it('cuts a running upload when its tenant is suspended, and tells why; another tenant’s goes on', async () => {
    let started = 0;
    takeUploads(() => started++);
    const stop = new AbortController();
    const ofA = upload(a.owner.token, endless());
    const ofB = upload(b.owner.token, endless(), stop.signal);
    while (started < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    gateway.setTenant(a.id, { status: 'suspended' });
    expect((await ofA).status).toBe(423);
    expect(gateway.services.lastCall.ctx.tenantId).toBeDefined();
    expect(gateway.services.calls.find(({ ctx }) => ctx.tenantId === b.id)?.signal?.aborted).toBe(false);
    stop.abort();
    await expect(ofB).rejects.toThrow();
  });

  it.each<[string, () => void]>([
    [
      'the session is revoked',
      () => gateway.directories.revocations.put(a.owner.sessionId, { version: 1, expiresAt: '2999-01-01T00:00:00Z' }),
    ],
    ['the person is removed', () => gateway.setMember(a.owner.id, { memberships: [] })],
    [
      'the person’s role changes',
      () => gateway.setMember(a.owner.id, { memberships: [{ tenantId: a.id, role: 'agent' }] }),
    ],
  ])('cuts a running upload when %s', async (_, change) => {
    takeUploads(change);
    const answer = await upload(a.owner.token, endless());
    expect([401, 403, 404]).toContain(answer.status);
  });

  it('refuses an upload before it is read when nobody may send it', async () => {
    let pulled = 0;
    const answer = await upload(
      'rubbish',
      endless(() => pulled++),
    );
    expect(answer.status).toBe(401);
    expect(pulled).toBeLessThan(50);
  });

  it('tells the service when the client of an upload goes away', async () => {
    const stop = new AbortController();
    const aborted = new Promise<void>((resolve) => {
      takeUploads(({ signal }) => {
        signal?.addEventListener('abort', () => resolve());
        stop.abort();
      });
    });
    await expect(upload(a.owner.token, endless(), stop.signal)).rejects.toThrow();
    await aborted;
  });

  it('ends a running export when its tenant is suspended', async () => {
    gateway.services.answer(exportRows, ({ signal }) => {
      async function* rows() {
        while (!signal?.aborted && !isOver) {
          yield CHUNK;
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        throw signal?.reason ?? new Fault('cancelled');
      }
      return new Reply(rows() as unknown as Uint8Array);
    });
    const answer = await fetch(`${url}/rest/v1/tracks/export`, { headers: bearer(a.owner.token) });
    const reader = answer.body!.getReader();
    await reader.read();
    gateway.setTenant(a.id, { status: 'suspended' });
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
  });

  it('ends a running export of a suspended tenant also when its reader has stopped reading', async () => {
    let over: Promise<unknown> = Promise.resolve();
    gateway.services.answer(exportRows, () => {
      const ended = Promise.withResolvers<void>();
      over = ended.promise;
      async function* rows() {
        try {
          while (!isOver) yield Buffer.alloc(1024 * 1024);
        } finally {
          ended.resolve();
        }
      }
      return new Reply(rows() as unknown as Uint8Array);
    });
    const answer = await fetch(`${url}/rest/v1/tracks/export`, { headers: bearer(a.owner.token) });
    await answer.body!.getReader().read();
    gateway.setTenant(a.id, { status: 'suspended' });
    await over;
  });

  it('stops the service’s export when its reader goes away', async () => {
    const ended = new Promise<void>((resolve) => {
      gateway.services.answer(exportRows, () => {
        async function* rows() {
          try {
            while (!isOver) yield CHUNK;
          } finally {
            resolve();
          }
        }
        return new Reply(rows() as unknown as Uint8Array);
      });
    });
    const stop = new AbortController();
    const answer = await fetch(`${url}/rest/v1/tracks/export`, { headers: bearer(a.owner.token), signal: stop.signal });
    await answer.body!.getReader().read();
    stop.abort();
    await ended;
  });

  it('refuses the next request on a connection kept alive by a tenant that is suspended meanwhile', async () => {
    gateway.services.answer(getMyTenant, () => ({}));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ask = async () => {
      socket.write(`GET /v1/tenant HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${a.owner.token}\r\n\r\n`);
      return String((await once(socket, 'data'))[0]).slice(9, 12);
    };
    expect(await ask()).toBe('200');
    gateway.setTenant(a.id, { status: 'suspended' });
    expect(await ask()).toBe('423');
    socket.destroy();
  });

  it.each([
    ['a flood of headers', `GET /v1/me HTTP/1.1\r\nhost: x\r\n${'x: y\r\n'.repeat(10_000)}\r\n`],
    ['what is not HTTP', 'hello\r\n\r\n'],
    ['two lengths', 'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx'],
    [
      'a length and chunks',
      'POST /v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a control character in a header', 'GET /v1/me HTTP/1.1\r\nhost: x\r\nx: a\u0001b\r\n\r\n'],
  ])('refuses %s with a problem', async (_, bytes) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(bytes);
    const [data] = (await once(socket, 'data')) as [Buffer];
    const text = data.toString();
    expect(text).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"malformed-request"/);
    expect(/"requestId":"([^"]+)"/.exec(text)?.[1]).toBe(/tenantry-request-id: (\S+)/.exec(text)?.[1]);
    socket.destroy();
  });
});
