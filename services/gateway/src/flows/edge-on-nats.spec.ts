import { gatewayService } from '../gateway.module.js';
import { data, EdgeOnNats, tenants, until } from './edge-on-nats.fixture.js';

describe('the edge over a real nats-server', () => {
  let edge: EdgeOnNats;
  let url: string;

  beforeAll(async () => {
    edge = await EdgeOnNats.start();
    await edge.boot(tenants);
    await edge.boot(data);
    url = (await edge.boot(gatewayService)).url!;
  }, 120_000);
  afterAll(() => edge.close());

  const get = (path: string, headers: Record<string, string>, base = url) => fetch(base + path, { headers });
  const statusOf = async (path: string, headers: Record<string, string>, base = url) => {
    const answer = await get(path, headers, base);
    await answer.arrayBuffer();
    return answer.status;
  };

  it('carries a request to the service and its answer back, each tenant its own', async () => {
    const [a, b] = [await edge.tenant(), await edge.tenant()];
    expect(await (await get('/v1/tenant', a.headers)).json()).toMatchObject({ id: a.id });
    expect(await (await get('/v1/tenant', b.headers)).json()).toMatchObject({ id: b.id });
    expect(await statusOf('/v1/tenant', { ...a.headers, 'tenantry-tenant': b.id })).toBe(404);
  });

  it('carries an import up and an export down as streams', async () => {
    const { headers } = await edge.tenant();
    const body = 'x'.repeat(3 * 1024 * 1024);
    const up = await fetch(`${url}/rest/v1/tracks/import`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'text/csv' },
      body,
    });
    expect(await up.json()).toMatchObject({ table: 'tracks', bytes: String(body.length) });
    const down = await get('/rest/v1/tracks/export', headers);
    expect((await down.arrayBuffer()).byteLength).toBe(10 * 1024 * 1024);
  });

  it('refuses a suspended tenant within a second, everywhere, and lets it in again', async () => {
    const { id, headers } = await edge.tenant();
    const exported = await get('/rest/v1/endless/export', headers);
    const drained = (async () => {
      const reader = exported.body!.getReader();
      while (!(await reader.read()).done);
    })().catch(() => 'cut');
    await edge.setStatus(id, 'suspended');
    expect(await until(async () => (await statusOf('/v1/tenant', headers)) === 423)).toBeLessThan(1_000);
    expect(await drained).toBe('cut');
    await edge.setStatus(id, 'active');
    expect(await until(async () => (await statusOf('/v1/tenant', headers)) === 200)).toBeLessThan(1_000);
  });

  it('refuses a revoked session within a second', async () => {
    const { sessionId, headers } = await edge.tenant();
    expect(await statusOf('/v1/tenant', headers)).toBe(200);
    await edge.put('revocations', sessionId, { expiresAt: new Date(Date.now() + 600_000).toISOString() });
    expect(await until(async () => (await statusOf('/v1/tenant', headers)) === 401)).toBeLessThan(1_000);
  });

  it('shares a tenant’s allowance among the gateways that are alive', async () => {
    const second = await edge.boot(gatewayService);
    const { id, headers } = await edge.tenant();
    await edge.put('policies', id, { allowedIps: [], corsOrigins: [], ratePerS: 10, burst: 100 });
    const quota = async (base: string) =>
      /q=(\d+)/.exec((await get('/v1/tenant', headers, base)).headers.get('ratelimit-policy') ?? '')?.[1];
    await until(async () => (await quota(url)) === '50' && (await quota(second.url!)) === '50');
    await second.close();
    await until(async () => (await quota(url)) === '100');
  });

  it('answers 503 at once for a service that is not there, and the rest goes on', async () => {
    const { headers } = await edge.tenant();
    const startedAtMs = performance.now();
    const answer = await get('/v1/audit/events', headers);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(performance.now() - startedAtMs).toBeLessThan(2_000);
    expect(await statusOf('/v1/tenant', headers)).toBe(200);
  });

  it('answers nothing on old knowledge, and everything again when the bus is back', async () => {
    const { headers } = await edge.tenant();
    expect(await statusOf('/v1/tenant', headers)).toBe(200);
    await edge.nats.restart();
    await until(
      async () => (await statusOf('/readyz', {})) === 200 && (await statusOf('/v1/tenant', headers)) === 200,
      25_000,
    );
  }, 60_000);
});
