import {
  addMember,
  createApiKey,
  getMyTenant,
  getTenant,
  listApiKeys,
  operations,
  Reply,
  suspendTenant,
  type Operation,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';
import { routesOf } from './endpoints.js';

describe('the HTTP side', () => {
  let gateway: TestGateway;
  let a: TestTenant;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
  });
  afterAll(() => gateway.close());

  it('has an address for every operation that is declared to have one', () => {
    for (const { method, path } of routesOf(operations))
      expect([path, gateway.http.hasRoute({ method: method as 'GET', url: path })]).toEqual([path, true]);
  });

  it('refuses to start with two operations at one address', () => {
    const twin = { ...listApiKeys, name: 'Twin', http: { ...listApiKeys.http!, path: '/v1/api-keys' } };
    expect(() => routesOf([listApiKeys, twin] as Operation[])).toThrow(
      'Twin and ListApiKeys are both at GET /v1/api-keys',
    );
  });

  it('guards every operation: without a credential nothing but the public ones is reached', async () => {
    for (const { operation, method, path } of routesOf(operations)) {
      const answer = await gateway.http.inject({
        method: method as 'GET',
        url: path.replace(/:\w+/g, newId()),
        remoteAddress: `10.0.0.${1 + (operation.name.length % 200)}`,
      });
      const isPublic = operation.scope === 'public';
      expect([operation.name, answer.statusCode === 401]).toEqual([operation.name, !isPublic]);
    }
    expect(gateway.services.calls).toHaveLength(0);
  });

  it('gives the input as it was declared, wherever HTTP has it', async () => {
    const staff = await gateway.person({ platformRole: 'super_admin' });
    const id = newId();
    for (const operation of [getTenant, suspendTenant, listApiKeys, addMember])
      gateway.services.answer(operation as Operation, () => ({}));
    const send = async (method: 'GET' | 'POST', url: string, token: string, payload?: object) => {
      expect((await gateway.http.inject({ method, url, headers: bearer(token), payload })).statusCode).toBeLessThan(
        300,
      );
      return gateway.services.lastCall.input;
    };
    expect(await send('GET', `/v1/tenants/${id}`, staff.token)).toEqual({ tenantId: id });
    expect(await send('POST', `/v1/tenants/${id}/suspend`, staff.token, { reason: 'legal' })).toEqual({
      tenantId: id,
      reason: 'legal',
    });
    expect(await send('POST', `/v1/tenants/${id}/suspend`, staff.token)).toEqual({ tenantId: id });
    expect(await send('GET', '/v1/api-keys?limit=7', a.owner.token)).toEqual({ limit: 7 });
    expect(await send('GET', '/v1/api-keys', a.owner.token)).toEqual({});
  });

  it('answers with the declared status, or the one that the service names', async () => {
    const create = () =>
      gateway.http.inject({
        method: 'POST',
        url: '/v1/api-keys',
        headers: bearer(a.owner.token),
        payload: { name: 'ci', scopes: ['rows.read'] },
      });
    gateway.services.answer(createApiKey, () => ({ id: '1' }));
    expect((await create()).statusCode).toBe(201);
    gateway.services.answer(
      createApiKey,
      () => new Reply({ id: '1' } as never, { status: 202, headers: { location: '/v1/api-keys/1' } }),
    );
    const accepted = await create();
    expect([accepted.statusCode, accepted.headers.location]).toEqual([202, '/v1/api-keys/1']);
  });

  it('hands an Idempotency-Key on, for operations that honour it only', async () => {
    const headers = { ...bearer(a.owner.token), 'idempotency-key': 'k-1' };
    gateway.services.answer(createApiKey, () => ({}));
    gateway.services.answer(getMyTenant, () => ({}));
    await gateway.http.inject({
      method: 'POST',
      url: '/v1/api-keys',
      headers,
      payload: { name: 'ci', scopes: ['rows.read'] },
    });
    expect(gateway.services.lastCall.idempotencyKey).toBe('k-1');
    await gateway.http.inject({ url: '/v1/tenant', headers });
    expect(gateway.services.lastCall.idempotencyKey).toBeNull();
  });

  it('answers 503 for the operations of a service that is down, and the others go on', async () => {
    gateway.services.answer(getMyTenant, () => ({}));
    const down = await gateway.http.inject({ url: '/v1/tables', headers: bearer(a.owner.token) });
    expect([down.statusCode, down.headers['retry-after']]).toEqual([503, '1']);
    expect((await gateway.http.inject({ url: '/v1/tenant', headers: bearer(a.owner.token) })).statusCode).toBe(200);
  });

  it('names every request, tells nobody to keep answers, and lets nothing in them run', async () => {
    gateway.services.answer(getMyTenant, () => ({}));
    const answer = await gateway.http.inject({ url: '/v1/tenant', headers: bearer(a.owner.token) });
    expect(answer.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'content-type': 'application/json; charset=utf-8',
      'tenantry-request-id': gateway.services.lastCall.ctx.request.id,
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  });

  it('serves the contract and a reference page that loads nothing from elsewhere', async () => {
    const get = (url: string) => gateway.http.inject({ url });
    expect((await get('/openapi.json')).json()).toMatchObject({ openapi: expect.stringMatching(/^3\.1/) as string });
    const page = await get('/docs');
    expect(page.body).not.toMatch(/(src|href)="https?:/);
    expect(page.headers['content-security-policy']).toMatch(/script-src 'self';/);
    const scripts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url);
    for (const url of scripts) expect([url, (await get(url)).statusCode]).toEqual([url, 200]);
    expect((await get('/docs/package.json')).statusCode).toBe(404);
    expect((await get('/docs/../package.json')).statusCode).toBe(404);
  });

  it('is alive while it runs and ready while it knows enough', async () => {
    const own = await TestGateway.start();
    const get = (url: string, headers = {}) => own.http.inject({ url, headers });
    const tenant = await own.tenant('chinook');
    own.services.answer(getMyTenant, () => ({}));
    expect([(await get('/healthz')).statusCode, (await get('/readyz')).statusCode]).toEqual([200, 200]);
    own.directories.stale = () => ['revocations'];
    const unready = await get('/readyz');
    expect([unready.statusCode, unready.headers['retry-after']]).toEqual([503, '1']);
    expect((await get('/v1/tenant', bearer(tenant.owner.token))).statusCode).toBe(503);
    expect((await get('/healthz')).statusCode).toBe(200);
    await own.close();
  });
});
