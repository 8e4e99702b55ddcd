import { collectTenantSubject, eraseTenantSubject, planTenantSubject } from '@tenantry/contracts';
import { testContext } from '@tenantry/testing';
import { TenantsFixture } from '../tenants.fixture.js';

describe('Whom a tenant is being made for', () => {
  let tenants: TenantsFixture;
  beforeAll(async () => {
    tenants = await TenantsFixture.start();
  });
  afterAll(() => tenants?.stop());

  /** Requested, and its owner not established yet. */
  const make = async (ownerEmail: string): Promise<string> => {
    const { id } = await tenants.createWaiting({ ownerEmail });
    await tenants.refreshDirectory(id);
    return id;
  };
  const rows = async (tenantId: string, email: string): Promise<bigint> =>
    (await tenants.bus.call(planTenantSubject, { email }, testContext(tenantId, { purpose: 'compliance' }))).places[0]!
      .rows;
  const collect = async (tenantId: string, email: string): Promise<string> => {
    const input = JSON.stringify({ email, place: 'tenants.provisioning' });
    const { body } = await tenants.bus.send(
      collectTenantSubject,
      input,
      testContext(tenantId, { purpose: 'compliance' }),
    );
    return Buffer.concat(await Array.fromAsync(body!)).toString();
  };

  it('is known to that tenant until the owner is there, shown in a copy, and forgotten on demand', async () => {
    const [a, b] = [await make('ada@example.com'), await make('ada@example.com')];
    expect([await rows(a, 'Ada@example.com'), await rows(a, 'bob@example.com')]).toEqual([1n, 0n]);
    expect(JSON.parse(await collect(a, 'ada@example.com'))).toMatchObject({ row: { ownerEmail: 'ada@example.com' } });
    const erased = await tenants.bus.call(
      eraseTenantSubject,
      { email: 'ada@example.com' },
      testContext(a, { purpose: 'compliance' }),
    );
    expect(erased.places).toMatchObject([{ place: 'tenants.provisioning', rows: 1n }]);
    expect([await rows(a, 'ada@example.com'), await rows(b, 'ada@example.com')]).toEqual([0n, 1n]);
    expect(await collect(a, 'ada@example.com')).toBe('');
  });
});
