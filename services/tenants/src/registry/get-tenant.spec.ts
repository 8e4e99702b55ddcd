import {
  checkTenantStatus,
  getMyTenant,
  getTenant,
  getTenantInfo,
  listTenants,
  setTenantContext,
  suspendTenant,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { TenantsFixture } from '../tenants.fixture.js';

describe('Reading tenants', () => {
  let t: TenantsFixture;
  let a: string;
  let b: string;

  beforeAll(async () => {
    t = await TenantsFixture.start();
    a = (await t.createOpen({ slug: 'tenant-a', isolation: 'schema' })).id;
    b = (await t.createOpen({ slug: 'tenant-b' })).id;
  });
  afterAll(() => t?.stop());

  const outcome = (answer: Promise<unknown>): Promise<unknown> => answer.catch((error: unknown) => error);

  it('shows staff any tenant, and each tenant itself', async () => {
    expect(await t.call(getTenant, { tenantId: a })).toMatchObject({ slug: 'tenant-a', isolation: 'schema' });
    expect(await t.call(getMyTenant, {}, testContext(a))).toMatchObject({ id: a });
    expect(await t.call(getMyTenant, {}, testContext(b))).toMatchObject({ id: b });
    await expect(t.call(getTenant, { tenantId: newId() })).rejects.toBeFault('not-found');
  });

  it('lists the newest first, page by page, without gap or repetition', async () => {
    const all = (await t.call(listTenants, {})).data.map(({ id }) => id);
    expect(all).toEqual([...all].sort().reverse());
    const paged: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await t.call(listTenants, { limit: 1, cursor: cursor ?? undefined });
      paged.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor && paged.length <= all.length);
    expect(paged).toEqual(all);
  });

  it('lists by status, slug and organization, and takes a cursor for no other list', async () => {
    expect((await t.call(listTenants, { slug: 'tenant-b' })).data.map(({ id }) => id)).toEqual([b]);
    expect((await t.call(listTenants, { status: 'failed' })).data).toEqual([]);
    expect((await t.call(listTenants, { organizationId: newId() })).data).toEqual([]);
    const { nextCursor } = await t.call(listTenants, { limit: 1 });
    await expect(t.call(listTenants, { status: 'active', cursor: nextCursor })).rejects.toBeFault('invalid-cursor');
    await expect(t.call(listTenants, { cursor: 'made-up' })).rejects.toBeFault('invalid-cursor');
  });

  it.each([getTenantInfo, checkTenantStatus])(
    'shows a tenant its own facts by $name, and of others not even that they exist',
    async (operation) => {
      const ask = (tenant_id: string, from: string) =>
        outcome(t.bus.call(operation as typeof checkTenantStatus, { tenant_id }, testContext(from)));
      expect(await ask(a, a)).toMatchObject({ tenant_id: a, status: 'active' });
      expect(await ask(b, a)).toEqual(await ask(newId(), a));
      expect(await ask(b, a)).toMatchObject({ reason: 'not-found' });
    },
  );

  it('tells staff who may read tenants, and no other staff, how a tenant is', async () => {
    await t.call(suspendTenant, { tenantId: b, reason: 'legal' });
    expect(await t.call(checkTenantStatus, { tenant_id: b })).toEqual(
      expect.objectContaining({ tenant_id: b, status: 'suspended', reason: 'legal' }),
    );
    await expect(
      t.call(checkTenantStatus, { tenant_id: b }, t.staff({ permissions: ['staff.read'] })),
    ).rejects.toBeFault('not-found');
  });

  it('confirms the credential’s own tenant as the context, and no other for anybody', async () => {
    expect(await t.call(setTenantContext, { tenant_id: a }, testContext(a))).toMatchObject({ tenant_id: a });
    const other = await outcome(t.call(setTenantContext, { tenant_id: b }, testContext(a)));
    expect(other).toMatchObject({ reason: 'not-found' });
    expect(other).toEqual(await outcome(t.call(setTenantContext, { tenant_id: newId() }, testContext(a))));
    await expect(t.call(setTenantContext, { tenant_id: a })).rejects.toBeFault('not-found');
  });
});
