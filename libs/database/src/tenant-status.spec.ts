import { type TenantContext, newId } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import type { Doors } from './doors.js';
import { sql } from './sql.js';
import { SHOP, ThingAdded, ThingRow } from './testing/shop.js';

describe('the tenant’s status', () => {
  let database: TestDatabase;
  let doors: Doors;
  let a: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    doors = database.doors('shop', { maxConnections: 8 });
  });
  beforeEach(async () => {
    a = await database.addTenant();
  });
  afterAll(() => database?.drop());

  const thing = (name: string): Partial<ThingRow> => ({ id: newId(), name, createdAt: new Date() });

  const write = (ctx: TenantContext): Promise<unknown> =>
    doors.tenants.transaction(ctx, (tx) => tx.insert(ThingRow, thing(newId())));

  it.each([
    ['suspended', 'tenant-suspended'],
    ['provisioning', 'tenant-state'],
    ['deactivated', 'tenant-state'],
    ['failed', 'tenant-state'],
  ] as const)('refuses a %s tenant’s request with %s', async (status, reason) => {
    await expect(write(testContext(await database.addTenant(status)))).rejects.toMatchObject({ reason });
  });

  it('refuses a tenant that this cell does not know, whatever the purpose', async () => {
    await expect(write(testContext(newId()))).rejects.toMatchObject({ reason: 'not-found' });
    await expect(write(testContext(newId(), { purpose: 'compliance' }))).rejects.toMatchObject({ reason: 'not-found' });
  });

  it('refuses at commit what was allowed at begin', async () => {
    const work = doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.insert(ThingRow, thing('too late'));
      await database.setStatus(a, 'suspended');
    });
    await expect(work).rejects.toMatchObject({ reason: 'tenant-suspended' });
    expect(await database.count('shop.thing', a)).toBe(0);
  });

  it('refuses a suspended tenant also what is only announced', async () => {
    const suspended = await database.addTenant('suspended');
    const announce = doors.tenants.transaction(testContext(suspended), (tx) =>
      Promise.resolve(tx.publish(new ThingAdded({ name: 'x' }))),
    );
    await expect(announce).rejects.toMatchObject({ reason: 'tenant-suspended' });
    expect(await database.count('shop.outbox', suspended)).toBe(0);
  });

  it('undoes a write in one flight when the tenant may not write, and keeps it when it may', async () => {
    const suspended = await database.addTenant('suspended');
    const insert = (tenantId: string) =>
      doors.tenants.write<{ name: string }>(
        testContext(tenantId),
        sql`insert into shop.thing (tenant_id, id, name, created_at) values (${tenantId}, ${newId()}, 'one', now()) returning name`,
      );
    expect(await insert(a)).toEqual([{ name: 'one' }]);
    await expect(insert(suspended)).rejects.toMatchObject({ reason: 'tenant-suspended' });
    expect([await database.count('shop.thing', a), await database.count('shop.thing', suspended)]).toEqual([1, 0]);
  });

  it('keeps open what stays open while suspended, and the platform’s own purposes', async () => {
    const tenantId = await database.addTenant('suspended');
    await write(testContext(tenantId, { whenSuspended: true }));
    await write(testContext(tenantId, { purpose: 'reaction' }));
    await write(testContext(tenantId, { purpose: 'offboarding' }));
    await expect(
      write(testContext(await database.addTenant('deactivated'), { whenSuspended: true })),
    ).rejects.toMatchObject({
      reason: 'tenant-state',
    });
    expect(await database.count('shop.thing', tenantId)).toBe(3);
  });
});
