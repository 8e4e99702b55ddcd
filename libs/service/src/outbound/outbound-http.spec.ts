import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eventually } from '@tenantry/testing';
import { OutboundHttp, type OutboundOptions } from './outbound-http.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('OutboundHttp', () => {
  let server: Server;
  let port: number;
  let handle: Handler;
  let requests: IncomingMessage[];
  const opened: OutboundHttp[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request);
      handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    requests = [];
    handle = (_, response) => response.end('hello');
  });
  afterAll(async () => {
    await Promise.all(opened.map((client) => client.close()));
    await new Promise((resolve) => server.close(resolve));
  });

  function client(options: Partial<OutboundOptions> = {}): OutboundHttp {
    const made = new OutboundHttp({ networks: ['127.0.0.1/32'], resolve: async () => ['127.0.0.1'], ...options });
    opened.push(made);
    return made;
  }
  const url = (path = '/', host = 'partner.example'): string => `http://${host}:${port}${path}`;

  it('reaches a host whose address is allowed', async () => {
    const response = await client().request(url('/hook'), { method: 'POST', body: '{}', headers: { 'x-sample': '1' } });
    expect(Buffer.from(response.body).toString()).toBe('hello');
    expect(requests[0]).toMatchObject({
      method: 'POST',
      url: '/hook',
      headers: { host: `partner.example:${port}`, 'x-sample': '1' },
    });
  });

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '2130706433', '0x7f.1', 'localhost'])(
    'refuses %s when the operator lists nothing',
    async (host) => {
      const outbound = client({ networks: [] });
      await expect(outbound.request(url('/', host))).rejects.toMatchObject({ reason: 'address-refused' });
      expect(requests).toHaveLength(0);
    },
  );

  it('refuses a name when one of its addresses is private', async () => {
    const outbound = client({ networks: [], resolve: async () => ['93.184.215.14', '169.254.169.254'] });
    await expect(outbound.request(url())).rejects.toMatchObject({ reason: 'address-refused' });
  });

  it('connects to the address it checked, whatever the name says a moment later', async () => {
    const answers = ['127.0.0.1', '10.0.0.1'];
    const asked: string[] = [];
    const outbound = client({
      resolve: async (host) => {
        asked.push(host);
        return [answers.shift() ?? '10.0.0.1'];
      },
    });
    handle = (_, response) => response.setHeader('connection', 'close').end('checked');
    expect(Buffer.from((await outbound.request(url())).body).toString()).toBe('checked');
    expect(asked).toEqual(['partner.example']);
    await expect(outbound.request(url())).rejects.toMatchObject({ reason: 'address-refused' });
    expect(requests).toHaveLength(1);
  });

  it('refuses a redirect to a private address', async () => {
    handle = (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    await expect(client().request(url())).rejects.toMatchObject({ reason: 'address-refused' });
  });

  it('follows a redirect without taking the credential to another origin', async () => {
    handle = (request, response) =>
      request.url === '/'
        ? response.writeHead(303, { location: url('/there', 'other.example') }).end()
        : response.end('there');
    const response = await client().request(url(), {
      method: 'POST',
      body: 'x',
      headers: { Authorization: 'Bearer x' },
    });
    expect(response.url).toBe(url('/there', 'other.example'));
    expect(requests[1]).toMatchObject({ method: 'GET', url: '/there' });
    expect(requests[1]?.headers.authorization).toBeUndefined();
  });

  it('gives up on redirects that never end', async () => {
    handle = (_, response) => response.writeHead(302, { location: '/' }).end();
    await expect(client().request(url())).rejects.toMatchObject({ reason: 'too-many-redirects' });
    expect(requests).toHaveLength(4);
  });

  it('bounds the time and the size of an answer', async () => {
    handle = () => undefined;
    await expect(client().request(url(), { timeoutMs: 50 })).rejects.toMatchObject({ reason: 'timeout' });
    handle = (_, response) => response.end('x'.repeat(2_000));
    await expect(client().request(url(), { maxBytes: 1_000 })).rejects.toMatchObject({ reason: 'too-large' });
  });

  it('ends with its caller', async () => {
    handle = () => undefined;
    const caller = new AbortController();
    const request = client().request(url(), { signal: caller.signal });
    caller.abort();
    await expect(request).rejects.toMatchObject({ reason: 'cancelled' });
  });

  it('says nothing of a URL but its host', async () => {
    const outbound = client({ resolve: async () => [] });
    await expect(outbound.request(url('/secret-path'))).rejects.toThrow(/^partner\.example(?!.*secret-path)/);
    await expect(outbound.request('file:///etc/passwd')).rejects.toMatchObject({ reason: 'address-refused' });
    await expect(outbound.request('http://user:pw@partner.example')).rejects.toMatchObject({
      reason: 'address-refused',
    });
  });

  it('gives an answer while it comes', async () => {
    let finish = (): void => undefined;
    handle = (_, response) => {
      response.write('first');
      finish = () => void response.end('last');
    };
    const response = await client().fetch(url());
    const reader = response.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('first');
    finish();
    expect(Buffer.from((await reader.read()).value!).toString()).toBe('last');
  });

  it('lets go of an answer that nobody reads any further, and asks for none that is packed', async () => {
    let isGone = false;
    let accepted: string | undefined;
    handle = (request, response) => {
      accepted = request.headers['accept-encoding'] as string;
      response.once('close', () => (isGone = true)).write('first');
    };
    const reader = (await client().fetch(url())).body!.getReader();
    await reader.read();
    await reader.cancel();
    await eventually(() => isGone);
    expect(accepted).toBe('identity');
  });

  it('fails an answer that breaks off, or whose reader has gone', async () => {
    handle = (_, response) =>
      response.writeHead(200, { 'content-length': '10' }).write('first', () => response.destroy());
    await expect((await client().fetch(url())).text()).rejects.toThrow();
    handle = (_, response) => void response.write('first');
    const caller = new AbortController();
    const response = await client().fetch(url(), { signal: caller.signal });
    const text = expect(response.text()).rejects.toMatchObject({ name: 'AbortError' });
    caller.abort();
    await text;
  });

  it('holds a stream to the same addresses, takes it nowhere else and bounds its size', async () => {
    await expect(client({ networks: [] }).fetch(url('/', '127.0.0.1'))).rejects.toMatchObject({
      reason: 'address-refused',
    });
    await expect(client({ networks: [] }).fetch(url())).rejects.toMatchObject({ reason: 'address-refused' });
    expect(requests).toHaveLength(0);
    handle = (_, response) => response.writeHead(302, { location: url('/there') }).end();
    await expect(client().fetch(url())).rejects.toMatchObject({ reason: 'too-many-redirects' });
    expect(requests).toHaveLength(1);
    handle = (_, response) => response.end('x'.repeat(2_000));
    const large = await client().fetch(url(), {}, 1_000);
    await expect(large.text()).rejects.toMatchObject({ reason: 'too-large' });
  });
});
