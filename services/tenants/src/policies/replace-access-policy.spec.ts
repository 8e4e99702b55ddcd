import { getAccessPolicy, replaceAccessPolicy, setRateLimit } from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { TenantsFixture } from '../tenants.fixture.js';

describe('The access policy of a tenant', () => {
  let t: TenantsFixture;
  let a: string;
  let b: string;

  beforeAll(async () => {
    t = await TenantsFixture.start();
  });
  afterAll(() => t?.stop());
  beforeEach(async () => {
    a = (await t.createOpen()).id;
    b = (await t.createOpen()).id;
  });

  const from = (tenantId: string, clientIp: string): TenantContext => {
    const ctx = testContext(tenantId);
    return { ...ctx, request: { ...ctx.request, clientIp } };
  };

  it('is replaced by the tenant for itself alone, in the directory of the gateways too', async () => {
    const networks = { allowedIps: ['203.0.113.0/24', '2001:db8::/32'], corsOrigins: ['https://app.example.com'] };
    const passwords = { passwordMinLength: 16, passwordHistory: 3, passwordMaxAgeDays: 365 };
    const wish = { ...networks, maxSessionHours: 12, exportRoles: ['owner', 'keys'], ...passwords };
    expect(await t.call(replaceAccessPolicy, wish, from(a, '203.0.113.9'))).toMatchObject({
      ...wish,
      ratePerS: 100,
      burst: 1000,
    });
    expect(await t.call(getAccessPolicy, {}, testContext(a))).toMatchObject(wish);
    expect(await t.call(getAccessPolicy, {}, testContext(b))).toMatchObject({ allowedIps: [], corsOrigins: [] });
    expect(await t.entry('policies', a)).toEqual({ ...wish, ratePerS: 100, burst: 1000 });
    expect((await t.events(a)).at(-1)).toMatchObject({
      name: 'AccessPolicyChanged',
      changes: [
        {
          resource: 'access_policy',
          action: 'update',
          old: { allowedIps: '' },
          new: { allowedIps: '203.0.113.0/24, 2001:db8::/32' },
        },
      ],
    });
  });

  it('never shuts out whoever replaces it', async () => {
    await expect(t.call(replaceAccessPolicy, { allowedIps: ['10.0.0.0/8'] }, from(a, '203.0.113.9'))).rejects.toBeFault(
      'invalid-input',
      { field: 'allowedIps' },
    );
    expect(await t.call(getAccessPolicy, {}, testContext(a))).toMatchObject({ allowedIps: [] });
  });

  it.each([
    [{ allowedIps: ['not a network'] }],
    [{ allowedIps: ['10.0.0.0/64'] }],
    [{ corsOrigins: ['https://example.com/path'] }],
    [{ corsOrigins: ['*'] }],
  ])('refuses %j', async (wish) => {
    await expect(t.call(replaceAccessPolicy, wish, testContext(a))).rejects.toBeFault('invalid-input');
  });

  it('has a rate that only the platform sets, in the tenant’s own trail', async () => {
    expect(await t.call(setRateLimit, { tenantId: a, ratePerS: 5, burst: 10 })).toMatchObject({
      ratePerS: 5,
      burst: 10,
    });
    expect(await t.entry('policies', a)).toMatchObject({ ratePerS: 5, burst: 10 });
    expect((await t.events(a)).at(-1)).toMatchObject({
      name: 'AccessPolicyChanged',
      meta: { platformActor: true, action: 'rate_limit.set' },
    });
    await expect(t.call(setRateLimit, { tenantId: a, ratePerS: 5, burst: 4 })).rejects.toBeFault('invalid-input', {
      field: 'burst',
    });
    await expect(t.call(setRateLimit, { tenantId: newId(), ratePerS: 5, burst: 9 })).rejects.toBeFault('not-found');
  });
});
