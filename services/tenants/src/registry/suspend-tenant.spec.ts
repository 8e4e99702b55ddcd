import {
  activateTenant,
  activateTenantSchema,
  createOrganization,
  deactivateTenant,
  deleteTenantSchema,
  getMyTenant,
  replaceAccessPolicy,
  setBillingSuspension,
  suspendTenant,
  suspendTenantSchema,
} from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { TenantsFixture } from '../tenants.fixture.js';

describe('The lifecycle of a tenant', () => {
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

  const mayWrite = async (tenantId: string): Promise<string> => {
    const [row] = await t.db.admin<{ status: string }>(
      'select status from platform.tenant_status where tenant_id = $1',
      [tenantId],
    );
    return row!.status;
  };

  it('suspends and opens for billing, and touches nobody whom something else closed', async () => {
    const tell = (tenantId: string, suspended: boolean) =>
      t.call(setBillingSuspension, { tenantId, suspended }, testContext(tenantId, { purpose: 'reaction' }));
    const reasonOf = async (tenantId: string) =>
      (await t.entry<{ reason: string | null }>('tenants', tenantId))?.reason;
    expect(await tell(a, true)).toEqual({ status: 'suspended' });
    expect([await reasonOf(a), await mayWrite(a), await mayWrite(b)]).toEqual(['billing', 'suspended', 'active']);
    await t.refreshDirectory(a);
    await tell(a, true);
    expect(await tell(a, false)).toEqual({ status: 'active' });
    await tell(a, false);
    const names = (await t.eventNames(a)).filter((name) => /^Tenant(Susp|React)/.test(name));
    expect(names).toEqual(['TenantSuspended', 'TenantReactivated']);
    await t.call(suspendTenant, { tenantId: a, reason: 'security' });
    expect(await tell(a, true)).toEqual({ status: 'suspended' });
    expect(await tell(a, false)).toEqual({ status: 'suspended' });
    expect(await reasonOf(a)).toBe('security');
    await t.call(deactivateTenant, { tenantId: b });
    expect([await tell(b, true), await tell(b, false)]).toEqual([{ status: 'deactivated' }, { status: 'deactivated' }]);
  });

  it('suspends for a reason, everywhere in one commit, and nobody else', async () => {
    expect(await t.call(suspendTenant, { tenantId: a, reason: 'billing' })).toMatchObject({
      status: 'suspended',
      suspensionReason: 'billing',
    });
    expect([await mayWrite(a), await mayWrite(b)]).toEqual(['suspended', 'active']);
    expect(await t.entry('tenants', a)).toMatchObject({ status: 'suspended', reason: 'billing' });
    expect(await t.entry('tenants', b)).toMatchObject({ status: 'active', reason: null });
    expect((await t.events(a)).at(-1)).toMatchObject({
      name: 'TenantSuspended',
      data: { tenantId: a, reason: 'billing' },
      changes: [
        {
          resource: 'tenant',
          id: a,
          action: 'update',
          old: { status: 'active' },
          new: { status: 'suspended', suspensionReason: 'billing' },
        },
      ],
      meta: { actor: { id: t.staffId }, platformActor: true, action: 'tenant.suspended' },
    });
    expect(await t.eventNames(b)).not.toContain('TenantSuspended');
  });

  it('is for security unless another reason is given', async () => {
    expect(await t.call(suspendTenantSchema, { tenant_id: a })).toMatchObject({
      tenant_id: a,
      status: 'suspended',
      suspension_reason: 'security',
    });
  });

  it('refuses a suspended tenant, also a write whose context was signed before', async () => {
    const owner = testContext(a);
    await t.call(suspendTenant, { tenantId: a });
    // The directory of this replica has not heard of it yet; Postgres has.
    await expect(t.call(replaceAccessPolicy, { allowedIps: [] }, owner)).rejects.toBeFault('tenant-suspended');
    await t.refreshDirectory(a);
    await expect(t.call(getMyTenant, {}, owner)).rejects.toBeFault('tenant-suspended');
    expect(await t.call(getMyTenant, {}, testContext(b))).toMatchObject({ id: b });
  });

  it('opens again', async () => {
    await t.call(suspendTenant, { tenantId: a, reason: 'legal' });
    expect(await t.call(activateTenant, { tenantId: a })).toMatchObject({ status: 'active', suspensionReason: null });
    expect(await mayWrite(a)).toBe('active');
    expect(await t.call(activateTenantSchema, { tenant_id: a })).toMatchObject({ status: 'active' });
    expect(await t.eventNames(a)).toEqual([
      'TenantRequested',
      'TenantActivated',
      'TenantSuspended',
      'TenantReactivated',
    ]);
  });

  it('announces nothing when nothing changes', async () => {
    await t.call(suspendTenant, { tenantId: a });
    const before = await t.events(a);
    await t.call(suspendTenant, { tenantId: a });
    expect(await t.events(a)).toEqual(before);
  });

  it('ends in one state when several of the staff decide at the same time', async () => {
    await Promise.allSettled([
      t.call(suspendTenant, { tenantId: a }),
      t.call(deactivateTenant, { tenantId: a }),
      t.call(suspendTenant, { tenantId: a, reason: 'legal' }),
      t.call(activateTenant, { tenantId: a }),
    ]);
    const [row] = await t.db.admin<{ status: string; version: string }>(
      'select status, version from tenants.tenant where tenant_id = $1',
      [a],
    );
    expect(await mayWrite(a)).toBe(row!.status);
    expect(await t.entry('tenants', a)).toMatchObject({ status: row!.status });
    const versions = (await t.events(a)).map(({ data }) => Number(data['version']));
    expect(versions).toEqual(versions.map((_, index) => index + 1));
  });

  it('closes, and opens again as long as the data space is there', async () => {
    expect(await t.call(deactivateTenant, { tenantId: a })).toMatchObject({ status: 'deactivated' });
    expect(await mayWrite(a)).toBe('deactivated');
    expect((await t.events(a)).at(-1)).toMatchObject({ name: 'TenantDeactivated', data: { deleteSpace: false } });
    await t.call(activateTenant, { tenantId: a });

    await t.call(deleteTenantSchema, { tenant_id: a });
    expect((await t.events(a)).at(-1)).toMatchObject({
      name: 'TenantDeactivated',
      data: { deleteSpace: true },
      meta: { action: 'tenant.space_deleted' },
    });
    await expect(t.call(activateTenant, { tenantId: a })).rejects.toBeFault('tenant-state');
  });

  it('can not suspend what is not there, the platform itself, or a tenant that is not open yet', async () => {
    await expect(t.call(suspendTenant, { tenantId: newId() })).rejects.toBeFault('not-found');
    await expect(t.call(suspendTenant, { tenantId: PLATFORM_TENANT_ID })).rejects.toBeFault('not-found');
    const { id } = await t.createWaiting();
    await expect(t.call(suspendTenant, { tenantId: id })).rejects.toBeFault('tenant-state');
    await expect(t.call(suspendTenant, { tenantId: a, reason: 'boredom' })).rejects.toBeFault('invalid-input', {
      field: 'reason',
    });
    expect(await t.call(createOrganization, { name: `Still open ${newId()}` })).toBeDefined();
  });

  it('is not for tenants: their own id and another’s are refused alike', async () => {
    const refusal = (tenantId: string): Promise<unknown> =>
      t.call(suspendTenant, { tenantId }, testContext(a)).catch((error: unknown) => error);
    expect(await refusal(a)).toEqual(await refusal(b));
    expect([await mayWrite(a), await mayWrite(b)]).toEqual(['active', 'active']);
  });
});
