import { changePassword, getMe, getMyTenant } from '@tenantry/contracts';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

const DAY_S = 86_400;

describe('How long passwords are good for', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let b: TestTenant;
  let version = 100;

  beforeEach(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    b = await gateway.tenant('clinic');
    for (const operation of [getMyTenant, getMe, changePassword]) gateway.services.answer(operation, () => ({}));
  });
  afterEach(() => gateway.close());

  const limit = (tenantId: string, passwordMaxAgeDays: number | null) =>
    gateway.directories.policies.put(tenantId, {
      ...{ version: ++version, allowedIps: [], corsOrigins: [], ratePerS: 100, burst: 1_000 },
      passwordMaxAgeDays,
    });
  /** Somebody of both tenants whose password is so many days old, with a token for the first. */
  const member = (days: number | null) =>
    gateway.person(
      {
        memberships: [
          { tenantId: a.id, role: 'owner' },
          { tenantId: b.id, role: 'owner' },
        ],
      },
      days === null ? {} : { pwd: Math.floor(Date.now() / 1_000) - days * DAY_S },
    );
  const ask = (token: string, more: Record<string, string> = {}, url = '/v1/tenant') =>
    gateway.http.inject({ url, headers: { ...bearer(token), ...more } });
  const change = (token: string) =>
    gateway.http.inject({
      ...{ method: 'POST', url: '/v1/me/password', headers: bearer(token) },
      payload: { currentPassword: 'the old one 123', newPassword: 'the new one 4567' },
    });

  it('is the tenant’s word from the next request on: an older one is good for nothing but being changed', async () => {
    const { token } = await member(91);
    expect((await ask(token)).statusCode).toBe(200);
    limit(a.id, 90);
    const refused = await ask(token);
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'password-expired']);
    expect((await ask(token, {}, '/v1/me')).statusCode).toBe(200);
    expect((await change(token)).statusCode).toBeLessThan(300);
    expect((await ask((await member(0)).token)).statusCode).toBe(200);
    limit(a.id, null);
    expect((await ask(token)).statusCode).toBe(200);
  });

  it('is no other tenant’s business', async () => {
    const { token } = await member(91);
    limit(b.id, 90);
    expect((await ask(token)).statusCode).toBe(200);
    expect((await ask(token, { 'tenantry-tenant': b.slug })).statusCode).toBe(403);
  });

  it('has a token that does not say it exchanged for one that does', async () => {
    const { token } = await member(null);
    expect((await ask(token)).statusCode).toBe(200);
    limit(a.id, 3_650);
    expect((await ask(token)).statusCode).toBe(401);
  });

  it('is not asked of keys', async () => {
    limit(a.id, 1);
    expect((await ask(gateway.key(a.id).secret)).statusCode).toBe(200);
  });
});
