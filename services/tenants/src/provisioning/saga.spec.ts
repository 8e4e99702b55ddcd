import { HOME_CELL, type Doors, type Transaction } from '@tenantry/database';
import { newId, PLATFORM_TENANT_ID, SystemClock } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { testContext, TestDatabase } from '@tenantry/testing';
import { TenantsSettings } from '../config.js';
import { Registry } from '../registry/registry.js';
import { registerTenant, type Tenant } from '../registry/tenant.js';
import { findTenant, insertTenant, lockTenant } from '../registry/tenant.table.js';
import { beginProvisioning, type AwaitedStep, type Provisioning } from './provisioning.js';
import { findProvisioning, saveProvisioning } from './provisioning.table.js';
import { askForPreparation, takeDone, takeFailed } from './saga.js';

const owner = { ownerRef: 'ref', ownerEmail: 'ada@example.com', ownerPasswordSet: false };

describe('the provisioning saga', () => {
  let db: TestDatabase;
  let doors: Doors;
  let registry: Registry;

  beforeAll(async () => {
    db = await TestDatabase.create([
      { name: 'tenants', migrations: new URL('../../migrations/', import.meta.url), jobs: ['registry'] },
    ]);
    doors = db.doors('tenants');
    registry = new Registry(
      doors.control,
      Directories.inMemory(['tenants']),
      new TenantsSettings({}),
      new SystemClock(),
    );
  });
  afterAll(() => db.drop());

  async function requestTenant(): Promise<Tenant> {
    const now = new Date();
    const tenant = registerTenant(
      { slug: `t-${newId().slice(-12)}`, name: 'T' },
      { region: 'local', cell: HOME_CELL },
      now,
    );
    await registry.transaction(async (tx) => {
      const provisioning = beginProvisioning(tenant.tenantId, 1, owner, now);
      await insertTenant(tx, tenant);
      saveProvisioning(tx, provisioning);
      askForPreparation(tx, tenant, provisioning, null);
    }, testContext(PLATFORM_TENANT_ID));
    return tenant;
  }

  /** As a reaction does it: through the tenant's own door. */
  const react = (tenantId: string, work: (tx: Transaction) => Promise<void>): Promise<void> =>
    doors.tenants.transaction(testContext(tenantId, { purpose: 'reaction' }), work);
  const done = (tenantId: string, step: AwaitedStep, attempt = 1): Promise<void> =>
    react(tenantId, (tx) => takeDone(tx, step, attempt, new Date()));
  const failed = (tenantId: string, step: AwaitedStep, attempt = 1): Promise<void> =>
    react(tenantId, (tx) => takeFailed(tx, step, attempt, { reason: 'the disk is full', at: new Date() }));
  const state = async (tenantId: string): Promise<{ status: string; provisioning: Provisioning }> => ({
    status: (await findTenant(registry.rows, tenantId)).status,
    provisioning: await findProvisioning(registry.rows, tenantId),
  });
  const announced = async (tenantId: string): Promise<string[]> => {
    const rows = await db.admin<{ type: string }>(
      `select headers ->> 'ce-type' as type from tenants.outbox where tenant_id = $1 and kind = 'event' order by position`,
      [tenantId],
    );
    return rows.map(({ type }) => type);
  };
  const directory = async (tenantId: string): Promise<object[]> =>
    db.admin(
      `select subject, payload from tenants.outbox where kind = 'directory' and subject like '%' || $1 order by position`,
      [tenantId],
    );

  it.each([
    ['owner', 'data'],
    ['data', 'owner'],
  ] as const)('opens the tenant when %s and then %s are done', async (first, second) => {
    const { tenantId } = await requestTenant();
    await done(tenantId, first);
    expect((await state(tenantId)).status).toBe('provisioning');
    await done(tenantId, second);
    expect((await state(tenantId)).status).toBe('active');
    expect(await announced(tenantId)).toEqual(['TenantRequested', 'TenantActivated']);
  });

  it('opens it once, however often and at the same time the steps are reported', async () => {
    const { tenantId } = await requestTenant();
    await Promise.all([
      done(tenantId, 'owner'),
      done(tenantId, 'data'),
      done(tenantId, 'owner'),
      done(tenantId, 'data'),
    ]);
    const { status, provisioning } = await state(tenantId);
    expect(status).toBe('active');
    expect(provisioning.steps.map((step) => step.status)).toEqual(['done', 'done', 'done', 'done']);
    expect(provisioning.ownerEmail).toBeNull();
    expect(await announced(tenantId)).toEqual(['TenantRequested', 'TenantActivated']);
  });

  it('tells the whole system in the commit that opens it: write permission, directory, default policy', async () => {
    const { tenantId, slug } = await requestTenant();
    await done(tenantId, 'owner');
    await done(tenantId, 'data');
    expect(
      await db.admin('select status, mode, cell, version::int from platform.tenant_status where tenant_id = $1', [
        tenantId,
      ]),
    ).toEqual([{ status: 'active', mode: 'pool', cell: 'home', version: 2 }]);
    expect(await directory(tenantId)).toMatchObject([
      { subject: `tenants.${tenantId}`, payload: { version: 1, value: { slug, status: 'provisioning' } } },
      {
        subject: `policies.${tenantId}`,
        payload: { version: 1, value: { allowedIps: [], corsOrigins: [], ratePerS: 100, burst: 1000 } },
      },
      { subject: `tenants.${tenantId}`, payload: { version: 2, value: { slug, status: 'active', mode: 'pool' } } },
    ]);
  });

  it('fails the tenant, and tells who prepared something to undo it, when a step fails', async () => {
    const { tenantId } = await requestTenant();
    await done(tenantId, 'owner');
    await failed(tenantId, 'data');
    const { status, provisioning } = await state(tenantId);
    expect(status).toBe('failed');
    expect(provisioning.steps.map((step) => step.status)).toEqual(['done', 'undone', 'failed', 'undone']);
    expect(await announced(tenantId)).toEqual(['TenantRequested', 'TenantProvisioningFailed']);
    await done(tenantId, 'data');
    expect((await state(tenantId)).status).toBe('failed');
  });

  it('ignores answers to an attempt that is over', async () => {
    const { tenantId } = await requestTenant();
    await done(tenantId, 'owner', 2);
    await failed(tenantId, 'data', 7);
    const { status, provisioning } = await state(tenantId);
    expect(status).toBe('provisioning');
    expect(provisioning.steps.map((step) => step.status)).toEqual(['done', 'pending', 'pending', 'pending']);
  });

  it('leaves the other tenant alone', async () => {
    const { tenantId: a } = await requestTenant();
    const { tenantId: b } = await requestTenant();
    await done(a, 'owner');
    await done(a, 'data');
    expect((await state(b)).status).toBe('provisioning');
    await expect(react(b, async (tx) => void (await lockTenant(tx, a)))).rejects.toBeFault('not-found');
  });
});
