import { createChatCompletion, getMe, getMyTenant, importRows, login, readRows } from '@tenantry/contracts';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('limits, networks and origins', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let version = 100;

  const start = async (settings: Record<string, string> = {}, gateways = 1) => {
    gateway = await TestGateway.start({ settings, gateways });
    a = await gateway.tenant('chinook');
    b = await gateway.tenant('clinic');
    gateway.services.answer(getMyTenant, () => ({}));
    gateway.services.answer(getMe, () => ({}));
    gateway.services.answer(readRows, () => []);
    gateway.services.answer(importRows, () => ({ table: 'x', rows: '0', bytes: '0' }));
    gateway.services.answer(login, () => ({}));
  };
  afterEach(() => gateway.close());

  const ask = (headers: Record<string, string>, remoteAddress = '192.0.2.1', url = '/v1/tenant') =>
    gateway.http.inject({ url, headers, remoteAddress });
  const statuses = async (count: number, one: () => Promise<{ statusCode: number }>) => {
    const answers = await Promise.all(Array.from({ length: count }, one));
    return answers.map(({ statusCode }) => statusCode).sort();
  };
  const policy = (tenantId: string, facts: object) =>
    gateway.directories.policies.put(tenantId, {
      ...{ version: ++version, allowedIps: [], corsOrigins: [], ratePerS: null, burst: null },
      ...facts,
    });

  describe('a tenant’s rate', () => {
    it('is bounded for the tenant and for nobody else, and says where it stands', async () => {
      await start({ TENANT_RATE_PER_S: '1', TENANT_BURST: '5' });
      const first = await ask(bearer(a.owner.token));
      expect(first.headers).toMatchObject({ 'ratelimit-policy': '"tenant";q=5;w=5', ratelimit: '"tenant";r=4;t=5' });
      expect(await statuses(5, () => ask(bearer(gateway.key(a.id).secret)))).toEqual([200, 200, 200, 200, 429]);
      const refused = await ask(bearer(a.owner.token));
      const { 'retry-after': after, ratelimit } = refused.headers;
      expect(Number(after)).toBeGreaterThan(0);
      expect(ratelimit).toBe(`"tenant";r=0;t=${after}`);
      expect(refused.json()).toMatchObject({ detail: `More than 5 requests within 5 s; ask again in ${after} s` });
      expect((await ask(bearer(b.owner.token))).statusCode).toBe(200);
    });

    it('follows the tenant’s policy from the next request on', async () => {
      await start({ TENANT_BURST: '1000' });
      policy(a.id, { ratePerS: 1, burst: 2 });
      expect(await statuses(3, () => ask(bearer(a.owner.token)))).toEqual([200, 200, 429]);
      policy(a.id, { ratePerS: 10, burst: 100 });
      expect((await ask(bearer(a.owner.token))).statusCode).toBe(200);
    });

    it('is shared among the gateways that are alive', async () => {
      await start({ TENANT_RATE_PER_S: '1', TENANT_BURST: '4' }, 2);
      expect(await statuses(4, () => ask(bearer(a.owner.token)))).toEqual([200, 200, 429, 429]);
    });

    it('lets one credential spend a tenth on bulk work, and leaves the rest', async () => {
      await start({ TENANT_RATE_PER_S: '2', TENANT_BURST: '20' });
      const bulk = () =>
        gateway.http.inject({
          method: 'POST',
          url: '/rest/v1/tracks/import',
          headers: { ...bearer(a.owner.token), 'content-type': 'text/csv' },
          payload: 'id\n1',
        });
      expect(await statuses(4, bulk)).toEqual([200, 200, 429, 429]);
      expect((await ask(bearer(a.owner.token))).statusCode).toBe(200);
    });
  });

  describe('a tenant’s requests at once', () => {
    /** Answers of tenant A wait until the answer is called; those of B do not. */
    const holdAnswersOfA = (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gateway.services.answer(getMyTenant, async ({ ctx }) => {
        if (ctx.tenantId === a.id) await promise;
        return {};
      });
      return resolve;
    };

    it('are so many, the rest waits or is refused, and nobody else notices', async () => {
      await start({ TENANT_REQUESTS_AT_ONCE: '2' });
      const release = holdAnswersOfA();
      const flood = statuses(30, () => ask(bearer(a.owner.token)));
      expect(await statuses(4, () => ask(bearer(b.owner.token)))).toEqual([200, 200, 200, 200]);
      release();
      const turnsAndWaiting = 2 + 2 * 8;
      const answered = Array.from({ length: 30 }, (_, i) => (i < turnsAndWaiting ? 200 : 429));
      expect(await flood).toEqual(answered);
    });
  });

  describe('a tenant’s calls to models', () => {
    it('wait for their models without taking turns from its other requests', async () => {
      await start({ TENANT_REQUESTS_AT_ONCE: '1', TENANT_MODEL_CALLS_AT_ONCE: '3' });
      const { promise, resolve } = Promise.withResolvers<void>();
      gateway.services.answer(createChatCompletion, async () => {
        await promise;
        return {};
      });
      gateway.services.answer(getMyTenant, () => ({}));
      const payload = { model: 'm', messages: [{ role: 'user', content: 'x' }] };
      const headers = bearer(a.owner.token);
      const call = () => gateway.http.inject({ method: 'POST', url: '/v1/chat/completions', headers, payload });
      const calls = statuses(3, call);
      expect(await statuses(3, () => ask(headers))).toEqual([200, 200, 200]);
      resolve();
      expect(await calls).toEqual([200, 200, 200]);
    });
  });

  describe('an address', () => {
    it('is bounded before its credential is looked at, and no other is', async () => {
      await start({ ADDRESS_RATE_PER_S: '1', ADDRESS_BURST: '2' });
      expect(await statuses(3, () => ask(bearer('rubbish')))).toEqual([401, 401, 429]);
      expect((await ask(bearer(a.owner.token), '192.0.2.2')).statusCode).toBe(200);
    });

    it('may sign in much less often', async () => {
      await start({ SIGN_IN_RATE_PER_S: '1', SIGN_IN_BURST: '2' });
      const signIn = () =>
        gateway.http.inject({ method: 'POST', url: '/v1/auth/login', payload: { email: 'a@b.c', password: 'p' } });
      expect(await statuses(3, signIn)).toEqual([200, 200, 429]);
      expect((await ask(bearer(a.owner.token), '127.0.0.1')).statusCode).toBe(200);
    });

    it('is one with its neighbours in the same IPv6 network', async () => {
      await start({ ADDRESS_RATE_PER_S: '1', ADDRESS_BURST: '2' });
      const addresses = ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:1:ffff::3', '2001:db8:0:2::1'];
      const answers: number[] = [];
      for (const address of addresses) answers.push((await ask(bearer(a.owner.token), address)).statusCode);
      expect(answers).toEqual([200, 200, 429, 200]);
    });
  });

  describe('the allowed networks', () => {
    it('of a tenant keep everybody else out, its owner included', async () => {
      await start();
      policy(a.id, { allowedIps: ['10.0.0.0/8', '2001:db8::/32'] });
      const from = async (address: string, token = a.owner.token) => (await ask(bearer(token), address)).statusCode;
      expect([await from('10.9.8.7'), await from('::ffff:10.9.8.7'), await from('2001:db8::9')]).toEqual([
        200, 200, 200,
      ]);
      expect([await from('192.0.2.1'), await from('2001:db9::9')]).toEqual([403, 403]);
      expect(await from('192.0.2.1', b.owner.token)).toBe(200);
    });

    it('of a key bind that key only', async () => {
      await start();
      const bound = gateway.key(a.id, { allowedIps: ['10.0.0.1'] });
      expect((await ask(bearer(bound.secret), '10.0.0.1')).statusCode).toBe(200);
      expect((await ask(bearer(bound.secret), '10.0.0.2')).json()).toMatchObject({
        status: 403,
        code: 'address-refused',
      });
      expect((await ask(bearer(a.owner.token), '10.0.0.2')).statusCode).toBe(200);
    });

    it('are asked about the address that a trusted proxy names, and only a trusted one', async () => {
      await start({ TRUSTED_PROXIES: '127.0.0.1' });
      policy(a.id, { allowedIps: ['10.0.0.0/8'] });
      const via = async (proxy: string, forwarded: string) =>
        (await ask({ ...bearer(a.owner.token), 'x-forwarded-for': forwarded }, proxy)).statusCode;
      expect(await via('127.0.0.1', '10.0.0.1')).toBe(200);
      expect(await via('192.0.2.1', '10.0.0.1')).toBe(403);
      expect(await via('127.0.0.1', '10.0.0.1, 192.0.2.1')).toBe(403);
      expect(await via('127.0.0.1', 'rubbish')).toBe(403);
    });
  });

  describe('browser origins', () => {
    const ofA = 'https://app.chinook.example';
    const elsewhere = 'https://evil.example';
    const readable = async (token: string, origin: string) => {
      const answer = await ask({ ...bearer(token), origin });
      return [answer.statusCode, answer.headers['access-control-allow-origin']];
    };

    it('may read the answers of the tenant that names them, not of another', async () => {
      await start();
      policy(a.id, { corsOrigins: [ofA] });
      expect(await readable(a.owner.token, ofA)).toEqual([200, ofA]);
      expect(await readable(b.owner.token, ofA)).toEqual([200, undefined]);
      expect(await readable(a.owner.token, elsewhere)).toEqual([200, undefined]);
      expect(await readable('rubbish', ofA)).toEqual([401, ofA]);
    });

    it('may ask first, without a credential', async () => {
      await start();
      policy(a.id, { corsOrigins: [ofA] });
      const preflight = (origin: string) =>
        gateway.http.inject({
          method: 'OPTIONS',
          url: '/rest/v1/tracks',
          headers: {
            origin,
            'access-control-request-method': 'PATCH',
            'access-control-request-headers': 'authorization,prefer',
          },
        });
      const allowed = await preflight(ofA);
      expect(allowed.statusCode).toBe(204);
      expect(allowed.headers).toMatchObject({
        'access-control-allow-origin': ofA,
        'access-control-allow-headers': 'authorization,prefer',
        'access-control-allow-methods': expect.stringContaining('PATCH') as string,
      });
      expect((await preflight(elsewhere)).headers).not.toHaveProperty('access-control-allow-origin');
    });

    it('bind a public key that names them', async () => {
      await start();
      const key = gateway.key(a.id, { kind: 'public', allowedOrigins: [`${ofA}/`] });
      const from = async (headers: Record<string, string>) =>
        (await ask({ apikey: key.secret, ...headers }, undefined, '/rest/v1/tracks')).statusCode;
      expect([await from({ origin: ofA }), await from({ origin: elsewhere }), await from({})]).toEqual([200, 403, 403]);
    });
  });

  describe('permissions', () => {
    it('come from the role as it is now', async () => {
      await start();
      const person = await gateway.person({ memberships: [{ tenantId: a.id, role: 'customer' }] });
      expect((await ask(bearer(person.token))).json()).toMatchObject({
        code: 'forbidden',
        detail: 'This needs the permission tenant.read',
      });
      gateway.setMember(person.id, { memberships: [{ tenantId: a.id, role: 'staff' }] });
      expect((await ask(bearer(person.token))).statusCode).toBe(200);
    });

    it('of a public key reach only what is declared for public keys', async () => {
      await start();
      const key = gateway.key(a.id, { kind: 'public' });
      expect((await ask({ apikey: key.secret })).statusCode).toBe(403);
      expect((await ask({ apikey: key.secret }, undefined, '/rest/v1/tracks')).statusCode).toBe(200);
    });
  });
});
