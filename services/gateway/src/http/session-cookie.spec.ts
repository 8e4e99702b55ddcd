import { login, logout, refresh } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('A session in a cookie', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  const reply = { accessToken: 'at', refreshToken: 'rt-1', expiresIn: 600, memberships: [] };
  const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
    gateway.http.inject({ method: 'POST', url, payload, headers });
  const wanted = { 'tenantry-session': 'cookie', 'sec-fetch-site': 'same-origin' };
  const cookie = '__Host-tenantry-session=rt-1';
  const signIn = (headers: Record<string, string>) =>
    post('/v1/auth/login', { email: 'a@example.com', password: 'p' }, headers);

  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    gateway.services.answer(login, () => reply);
    gateway.services.answer(logout, () => ({}));
    gateway.services.answer(refresh, () => ({ ...reply, refreshToken: 'rt-2' }));
  });
  afterAll(() => gateway.close());

  it('is out of the reach of scripts and of other sites, for a page that asks for it', async () => {
    const answer = await signIn(wanted);
    expect(answer.json()).toEqual({ ...reply, refreshToken: '' });
    expect(answer.headers['set-cookie']).toBe(`${cookie}; Path=/; Secure; HttpOnly; SameSite=Strict`);
  });

  it('is not made for who does not ask, nor for a page of another site', async () => {
    for (const headers of [
      {},
      { ...wanted, 'sec-fetch-site': 'cross-site' },
      { ...wanted, 'sec-fetch-site': 'same-site' },
    ]) {
      const answer = await signIn(headers);
      expect([answer.json(), answer.headers['set-cookie']]).toEqual([reply, undefined]);
    }
  });

  it('is exchanged for the next, which takes its place', async () => {
    const answer = await post(
      '/v1/auth/refresh',
      { tenant: 'chinook', refreshToken: '' },
      { ...wanted, cookie: `x=1; ${cookie}; y=2` },
    );
    expect(gateway.services.lastCall.input).toEqual({ tenant: 'chinook', refreshToken: 'rt-1' });
    expect(answer.json()).toMatchObject({ accessToken: 'at', refreshToken: '' });
    expect(answer.headers['set-cookie']).toMatch(/=rt-2; .*HttpOnly/);
  });

  it('is refused when there is none, and does nothing by itself', async () => {
    expect((await post('/v1/auth/refresh', { refreshToken: '' }, wanted)).statusCode).toBe(401);
    const forged = await post('/v1/auth/refresh', { refreshToken: '' }, { cookie, 'sec-fetch-site': 'cross-site' });
    expect(forged.statusCode).toBe(422);
    expect((await gateway.http.inject({ url: '/v1/tenant', headers: { cookie } })).statusCode).toBe(401);
  });

  it('goes when the session ends, here or at the server', async () => {
    const gone = '__Host-tenantry-session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict';
    const out = await post('/v1/auth/logout', {}, { ...wanted, ...bearer(a.owner.token), cookie });
    expect([out.statusCode, out.headers['set-cookie']]).toEqual([204, gone]);
    gateway.services.answer(refresh, () => {
      throw new Fault('refresh-refused');
    });
    const ended = await post('/v1/auth/refresh', { refreshToken: '' }, { ...wanted, cookie });
    expect([ended.statusCode, ended.headers['set-cookie']]).toEqual([401, gone]);
  });

  it('has nothing to say about a body that is no JSON', async () => {
    const headers = { ...wanted, cookie, 'content-type': 'application/json' };
    const answer = await gateway.http.inject({ method: 'POST', url: '/v1/auth/refresh', payload: '{', headers });
    expect(answer.statusCode).toBe(400);
  });
});
