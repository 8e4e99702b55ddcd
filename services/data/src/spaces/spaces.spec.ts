import { TenantDeactivated, TenantProvisioningFailed, TenantReactivated, TenantSuspended } from '@tenantry/contracts';
import { doctor, identifier, sql } from '@tenantry/database';
import { newId } from '@tenantry/kernel';
import { testContext } from '@tenantry/testing';
import { dataTenants, requested } from '../testing/data.fixture.js';

describe('a data space', () => {
  const t = dataTenants();

  const schemaExists = async (tenantId: string): Promise<boolean> =>
    (await t.database.admin('select from pg_namespace where nspname = $1', [t.schemaOf(tenantId)])).length > 0;
  const asRole = (role: string, table: string) =>
    t.doors.tenants.query(testContext(t.a.id), sql`select * from ${identifier(...table.split('.'))}`, {
      role,
      actor: true,
    });

  it('has a key, and in schema mode a schema, a role and default tables', async () => {
    expect(await t.database.count('platform.tenant_key', t.a.id)).toBe(1);
    await t.schema.post('settings', { key: 'theme', value: { dark: true } });
    expect((await t.schema.get('settings', 'select=value')).json).toEqual([{ value: { dark: true } }]);
    await t.schema.post('users', { email: 'ann@example.com' });
    expect((await t.schema.get('users', 'select=email')).json).toEqual([{ email: 'ann@example.com' }]);
    expect(await schemaExists(t.b.id)).toBe(false);
    await expect(t.pool.get('settings')).rejects.toMatchObject({ reason: 'not-found' });
  });

  it('shows the tenant its own audit trail, to read only', async () => {
    const entry = `insert into audit.entry (tenant_id, sequence, action) values ($1, 1, $2)`;
    await t.database.admin(entry, [t.a.id, 'of.a']);
    await t.database.admin(entry, [t.b.id, 'of.b']);
    expect((await t.schema.get('audit_log', 'select=action,tenant_id')).json).toEqual([
      { action: 'of.a', tenant_id: t.a.id },
    ]);
    await expect(t.schema.post('audit_log', { action: 'x' })).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(t.schema.delete('audit_log', 'sequence=eq.1')).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(t.schema.as('staff').get('audit_log')).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('answers once for each attempt, and is made once', async () => {
    await t.bus.deliver({ event: requested(t.a.id, 'schema', 2), tenantId: t.a.id });
    const answers = (await t.outbox()).filter(({ type, tenantId }) => type === 'DataSpaceReady' && tenantId === t.a.id);
    expect(answers.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(await t.database.count('data.space', t.a.id)).toBe(1);
  });

  it('is undone when provisioning fails, unless a later attempt has begun', async () => {
    const failed = (attempt: number) => ({
      event: new TenantProvisioningFailed({ tenantId: t.a.id, step: 'owner', reason: 'x', attempt, version: 2n }),
      tenantId: t.a.id,
    });
    await t.bus.deliver(failed(0));
    expect(await schemaExists(t.a.id)).toBe(true);
    await t.bus.deliver(failed(1));
    expect(await schemaExists(t.a.id)).toBe(false);
    expect(await t.database.admin('select from pg_roles where rolname = $1', [t.schemaOf(t.a.id)])).toEqual([]);
    await expect(t.schema.get('settings')).rejects.toMatchObject({
      reason: expect.stringMatching(/not-found|forbidden/),
    });
    await t.bus.deliver({ event: requested(t.a.id, 'schema', 3), tenantId: t.a.id });
    expect((await t.schema.get('settings')).json).toEqual([]);
  });

  it('is shut while the tenant is suspended, in whatever order the news arrive', async () => {
    const { id } = t.a;
    const role = t.schemaOf(id);
    await t.bus.deliver({ event: new TenantSuspended({ tenantId: id, reason: 'legal', version: 5n }), tenantId: id });
    await expect(asRole(role, `${role}.settings`)).rejects.toMatchObject({ reason: 'forbidden' });
    await t.bus.deliver({ event: new TenantReactivated({ tenantId: id, version: 4n }), tenantId: id });
    await expect(asRole(role, `${role}.settings`)).rejects.toMatchObject({ reason: 'forbidden' });
    await t.bus.deliver({ event: new TenantReactivated({ tenantId: id, version: 6n }), tenantId: id });
    expect(await asRole(role, `${role}.settings`)).toEqual([]);
  });

  it('goes with everything in it when the tenant is deleted', async () => {
    await t.pool.createTable({ name: 'mine', columns: [{ name: 'a', type: 'text' }] });
    for (const { id } of [t.a, t.b]) {
      await t.bus.deliver({
        event: new TenantDeactivated({ tenantId: id, deleteSpace: true, version: 9n }),
        tenantId: id,
      });
      expect(await schemaExists(id)).toBe(false);
      expect(await t.database.count('data.space', id)).toBe(0);
      expect(
        await t.database.admin(`select from platform.known_table where table_name like $1`, [`${t.schemaOf(id)}.%`]),
      ).toEqual([]);
    }
  });

  it('can not be reached by another tenant’s role, nor by the service without one', async () => {
    const other = newId();
    await t.database.admin(`insert into platform.tenant_status values ($1, 'active', 'schema', 'home', 1)`, [other]);
    t.bus.announce(other, { mode: 'schema' });
    await t.bus.deliver({ event: requested(other, 'schema'), tenantId: other });
    const [mine, theirs] = [t.schemaOf(t.a.id), t.schemaOf(other)];
    await expect(asRole(mine, `${theirs}.settings`)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(asRole(mine, 'data.table_definition')).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(asRole(mine, 'data.row_change')).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(asRole('data_pool', `${mine}.settings`)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(
      t.doors.tenants.query(testContext(t.a.id), sql`select from ${identifier(mine, 'settings')}`),
    ).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('is sound in the eyes of the doctor', async () => {
    await t.pool.createTable({
      name: 'Odd_Name',
      columns: [
        { name: 'Id', type: 'uuid', primaryKey: true },
        { name: 'up', type: 'uuid', references: { table: 'Odd_Name', column: 'Id' } },
      ],
    });
    const findings = await doctor(t.database.adminUrl);
    expect(findings.filter(({ subject }) => !subject.startsWith('audit'))).toEqual([]);
    await t.doors.assertSafeLogin();
  });
});
