import { createOrganization, getOrganization, listOrganizations } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { TenantsFixture } from '../tenants.fixture.js';

describe('Organizations', () => {
  let t: TenantsFixture;
  beforeAll(async () => {
    t = await TenantsFixture.start();
  });
  afterAll(() => t?.stop());

  it('are created, found and listed by staff, and announced in the platform’s trail', async () => {
    const organization = await t.call(createOrganization, { name: ' Acme Holding ' });
    expect(organization.name).toBe('Acme Holding');
    expect(await t.call(getOrganization, { organizationId: organization.id })).toEqual(organization);
    expect((await t.call(listOrganizations, {})).data).toContainEqual(organization);
    expect((await t.events(PLATFORM_TENANT_ID)).at(-1)).toMatchObject({
      name: 'OrganizationCreated',
      data: { organizationId: organization.id },
    });
  });

  it('have names that differ in more than case', async () => {
    await t.call(createOrganization, { name: 'Umbrella' });
    await expect(t.call(createOrganization, { name: 'UMBRELLA' })).rejects.toBeFault('conflict', { field: 'name' });
    await expect(t.call(createOrganization, { name: '   ' })).rejects.toBeFault('invalid-input', { field: 'name' });
  });

  it('come once from a request that comes twice with its Idempotency-Key', async () => {
    const create = (): Promise<unknown> =>
      t.bus.call(createOrganization, { name: `Once ${t.staffId}` }, t.staff(), { idempotencyKey: 'org-1' });
    expect(await create()).toEqual(await create());
  });

  it('are listed page by page, the newest first', async () => {
    for (let i = 0; i < 3; i += 1) await t.call(createOrganization, { name: `Page ${i}` });
    const first = await t.call(listOrganizations, { limit: 2 });
    expect(first.data.map(({ name }) => name)).toEqual(['Page 2', 'Page 1']);
    const second = await t.call(listOrganizations, { limit: 2, cursor: first.nextCursor });
    expect(second.data[0]?.name).toBe('Page 0');
  });

  it('are nobody’s business outside the platform', async () => {
    const tenantId = (await t.createOpen()).id;
    await expect(t.call(listOrganizations, {}, testContext(tenantId))).rejects.toMatchObject({
      reason: expect.stringMatching(/forbidden|not-found/),
    });
    await expect(t.call(getOrganization, { organizationId: newId() })).rejects.toBeFault('not-found');
  });
});
