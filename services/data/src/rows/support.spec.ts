import { exportRows } from '@tenantry/contracts';
import { sql } from '@tenantry/database';
import { newId, type SupportGrant } from '@tenantry/kernel';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const columns = [
  { name: 'id', type: 'integer', primaryKey: true },
  { name: 'name', type: 'text' },
  { name: 'ssn', type: 'text', classification: 'phi', searchable: true },
];
const STAFF = newId();
const GRANT = newId();

describe('support by a grant of the tenant', () => {
  const t = dataTenants();
  let rows: RowsClient;

  const support = (grant: Partial<SupportGrant> = {}, permissions = ['rows.read', 'rows.write']): RowsClient =>
    rows.as('support', {
      actor: { kind: 'user', id: STAFF, role: 'support' },
      grantId: GRANT,
      grant: { tables: ['people'], access: 'read', expiresAtMs: Date.now() + 60_000, ...grant },
      permissions,
    });

  beforeEach(async () => {
    rows = t.pool;
    const ofPeople = {
      name: 'person',
      type: 'integer',
      references: { table: 'people', column: 'id', onDelete: 'cascade' },
    };
    await rows.createTable({ name: 'people', columns });
    await rows.createTable({ name: 'bills', columns: [...columns, ofPeople] });
    await rows.post('people', [
      { id: 1, name: 'Ann', ssn: '1-2' },
      { id: 2, name: 'Bob', ssn: '3-4' },
    ]);
    await rows.post('bills', [{ id: 1, name: 'b', ssn: 'x', person: 1 }]);
  });

  const reads = async () => (await t.outbox()).filter(({ type }) => type === 'RowsRead');
  const entry = (id: string) => ({ resource: 'people', id, action: 'read' });

  it('sees the tables that it covers, and none of the others, nor the audit trail', async () => {
    expect((await support().get('people', 'select=name&order=id')).json).toEqual([{ name: 'Ann' }, { name: 'Bob' }]);
    for (const table of ['bills', 'users', 'audit_log', 'nothing']) {
      await expect(support().get(table)).rejects.toMatchObject({ reason: 'not-found' });
    }
    expect((await support({ tables: null }).get('bills', 'select=id')).json).toEqual([{ id: 1 }]);
    await expect(support({ tables: null }).get('audit_log')).rejects.toMatchObject({ reason: 'not-found' });
    await expect(support({ tables: null }).get('people', 'select=id,bills(id)')).rejects.toMatchObject({
      reason: 'query-not-supported',
    });
  });

  it('leaves a trace of each row that it saw, whatever is in it, in every way to read', async () => {
    await support().get('people', 'select=name&order=id');
    await support().search('people', 'select=name&ssn=eq.3-4');
    await support().search('people', 'select=name&name=eq.Ann');
    await support().send(exportRows, { table: 'people', query: 'select=name&order=id' });
    await support().get('people', 'name=eq.nobody');
    const changes = (await reads()).map((one) => one.changes);
    expect(changes).toEqual([[entry('1'), entry('2')], [entry('2')], [entry('1')], [entry('1'), entry('2')], []]);
  });

  it('is in the trail as who it is, by which grant', async () => {
    await support().get('people', 'select=name');
    const [row] = await t.database.admin<{ headers: Record<string, string> }>(
      `select headers from data.outbox where subject like '%RowsRead' and tenant_id = $1`,
      [rows.id],
    );
    expect(JSON.parse(row!.headers['Tenantry-Event']!)).toMatchObject({
      actor: { kind: 'user', id: STAFF, role: 'support' },
      platformActor: true,
      credentialId: GRANT,
    });
  });

  it('answers the rows as they were asked for', async () => {
    const prefer = 'return=representation';
    const written = await support({ access: 'write' }).patch(
      'people',
      'id=eq.1&select=name,ssn',
      { name: 'A' },
      { prefer },
    );
    expect(written.json).toEqual([{ name: 'A', ssn: '1-2' }]);
    expect((await support().get('people', 'id=eq.1')).json).toEqual([
      { id: 1, name: 'A', ssn: '1-2', tenant_id: rows.id },
    ]);
  });

  it('writes only where the grant says so, and not into other tables by their references', async () => {
    const refused = { reason: 'forbidden' };
    await expect(support({}, ['rows.read']).patch('people', 'id=eq.1', { name: 'x' })).rejects.toMatchObject(refused);
    await expect(support({ access: 'read' }).patch('people', 'id=eq.1', { name: 'x' })).rejects.toMatchObject(refused);
    await expect(support({ access: 'read' }).post('people', { id: 9 })).rejects.toMatchObject(refused);
    await expect(support({ access: 'read' }).delete('people', 'id=eq.2')).rejects.toMatchObject(refused);
    await expect(support({ access: 'write' }).delete('people', 'id=eq.1')).rejects.toMatchObject(refused);
    expect((await rows.get('people', 'select=name&order=id')).json).toEqual([{ name: 'Ann' }, { name: 'Bob' }]);
    await support({ access: 'write' }).delete('people', 'id=eq.2');
    const [change] = (await t.outbox()).filter(({ type }) => type === 'RowsChanged').slice(-1);
    expect(change?.changes).toMatchObject([{ resource: 'people', id: '2', action: 'delete' }]);
  });

  it('is bound by the database itself, whatever a service asks for', async () => {
    const access = { role: t.schemaOf(rows.id), searchPath: [t.schemaOf(rows.id)], actor: true };
    const count = async (table: 'people' | 'bills', client: RowsClient): Promise<number> => {
      const from = table === 'people' ? sql`people` : sql`bills`;
      const [row] = await t.doors.tenants.query<{ n: number }>(
        client.context(),
        sql`select count(*)::int as n from ${from}`,
        access,
      );
      return row!.n;
    };
    expect([await count('people', support()), await count('bills', support())]).toEqual([2, 0]);
    expect(await count('bills', support({ tables: null }))).toBe(1);
    const nobody = rows.as('support', { actor: { kind: 'user', id: STAFF, role: 'support' } });
    expect(await count('people', nobody)).toBe(0);
    const write = (client: RowsClient) =>
      t.doors.tenants.transaction(client.context(), (tx) => tx.execute(sql`update people set name = 'x'`), access);
    expect(await write(support({ access: 'read' }))).toBe(0);
    expect(await write(support({ access: 'write' }))).toBe(2);
  });

  it('ends with the grant, and without one there is nothing', async () => {
    await expect(support({ expiresAtMs: Date.now() - 1 }).get('people')).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(rows.as('support', { ...support().context(), grant: null }).get('people')).rejects.toMatchObject({
      reason: 'forbidden',
    });
  });

  it('reaches no other tenant', async () => {
    await t.schema.createTable({ name: 'people', columns });
    await t.schema.post('people', { id: 7, name: 'of A' });
    expect((await support({ tables: null }).get('people', 'select=id&order=id')).json).toEqual([{ id: 1 }, { id: 2 }]);
  });
});
