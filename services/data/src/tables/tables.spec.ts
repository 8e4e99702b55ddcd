import {
  addColumn,
  addForeignKey,
  createTable,
  dropColumn,
  dropForeignKey,
  dropTable,
  getTable,
  listTables,
} from '@tenantry/contracts';
import { sql, type StatementError } from '@tenantry/database';
import { testContext } from '@tenantry/testing';
import { dataTenants } from '../testing/data.fixture.js';

const key = { name: 'id', type: 'integer', primaryKey: true };

describe('tables of a tenant', () => {
  const t = dataTenants();

  it('are what was asked for, and the other tenant does not see them', async () => {
    const created = await t.a.call(createTable, {
      name: 'products',
      columns: [
        key,
        { name: 'price', type: 'decimal(10, 2)', nullable: false, default: 9.5 },
        { name: 'made_at', type: 'timestamptz', default: 'now()' },
      ],
    });
    expect(created).toMatchObject({
      name: 'products',
      kind: 'tenant',
      primaryKey: ['id'],
      columns: [
        { name: 'id', type: 'integer', primaryKey: true, nullable: false },
        { name: 'price', type: 'numeric(10,2)', nullable: false, default: 9.5 },
        { name: 'made_at', type: 'timestamptz', default: 'now()' },
      ],
    });
    expect(await t.a.call(getTable, { table: 'products' })).toEqual(created);
    await expect(t.b.call(getTable, { table: 'products' })).rejects.toMatchObject({ reason: 'not-found' });
    expect((await t.a.call(listTables, {})).data.map(({ name }) => name)).toEqual([
      'audit_log',
      'products',
      'settings',
      'users',
    ]);
    expect((await t.b.call(listTables, {})).data).toEqual([]);
  });

  it('are listed by pages', async () => {
    const first = await t.a.call(listTables, { limit: 2 });
    const second = await t.a.call(listTables, { limit: 2, cursor: first.nextCursor });
    expect([...first.data, ...second.data].map(({ name }) => name)).toEqual(['audit_log', 'settings', 'users']);
    expect(second.nextCursor).toBeNull();
    await expect(t.b.call(listTables, { cursor: first.nextCursor })).rejects.toMatchObject({
      reason: 'invalid-cursor',
    });
  });

  it('change under rows that are there, and the row API follows at once', async () => {
    await t.a.call(createTable, { name: 'parts', columns: [key] });
    await t.schema.post('parts', [{ id: 1 }, { id: 2 }]);
    await t.a.call(addColumn, {
      table: 'parts',
      name: 'whole',
      type: 'integer',
      references: { table: 'parts', column: 'id' },
    });
    await t.a.call(addColumn, { table: 'parts', name: 'grade', type: 'text', nullable: false, default: "it's" });
    await t.schema.patch('parts', 'id=eq.2', { whole: 1 });
    expect((await t.schema.get('parts', 'select=id,grade,whole(id)&order=id')).json).toEqual([
      { id: 1, grade: "it's", whole: null },
      { id: 2, grade: "it's", whole: { id: 1 } },
    ]);
    await t.a.call(dropForeignKey, { table: 'parts', name: 'parts_whole_fkey' });
    await expect(t.schema.get('parts', 'select=whole(id)')).rejects.toMatchObject({ extra: { code: 'PGRST200' } });
    await t.a.call(addForeignKey, {
      table: 'parts',
      name: 'up',
      columns: ['whole'],
      referencedTable: 'parts',
      referencedColumns: ['id'],
      onDelete: 'set null',
    });
    await t.schema.delete('parts', 'id=eq.1');
    expect((await t.schema.get('parts', 'select=id,whole')).json).toEqual([{ id: 2, whole: null }]);
    await t.a.call(dropColumn, { table: 'parts', column: 'whole' });
    expect((await t.schema.get('parts')).json).toEqual([{ id: 2, grade: "it's", tenant_id: t.a.id }]);
    await t.a.call(dropTable, { table: 'parts' });
    await expect(t.schema.get('parts')).rejects.toMatchObject({ reason: 'not-found' });
    const changes = (await t.outbox())
      .filter(({ type }) => type === 'TableChanged')
      .map(({ change, part }) => [change, part]);
    expect(changes).toEqual([
      ['created', null],
      ['column_added', 'whole'],
      ['column_added', 'grade'],
      ['foreign_key_dropped', 'parts_whole_fkey'],
      ['foreign_key_added', 'up'],
      ['column_dropped', 'whole'],
      ['dropped', null],
    ]);
  });

  it('refuse what their rows do not allow, and stay as they are', async () => {
    await t.a.call(createTable, { name: 'parts', columns: [key, { name: 'n', type: 'integer' }] });
    await t.schema.post('parts', [
      { id: 1, n: 5 },
      { id: 2, n: 5 },
    ]);
    const add = (column: object) => t.a.call(addColumn, { table: 'parts', ...column });
    await expect(add({ name: 'must', type: 'text', nullable: false })).rejects.toMatchObject({ reason: 'conflict' });
    await expect(add({ name: 'one', type: 'integer', unique: true, default: 1 })).rejects.toMatchObject({
      reason: 'conflict',
    });
    await expect(add({ name: 'bad', type: 'interval', default: 'seven moons' })).rejects.toMatchObject({
      reason: 'invalid-input',
    });
    const link = { table: 'parts', columns: ['n'], referencedTable: 'parts', referencedColumns: ['id'] };
    await expect(t.a.call(addForeignKey, link)).rejects.toMatchObject({ reason: 'conflict' });
    expect((await t.a.call(getTable, { table: 'parts' })).columns).toHaveLength(2);
  });

  it('keep their names apart, ignoring case, also from indexes', async () => {
    await t.a.call(createTable, { name: 'parts', columns: [key, { name: 'code', type: 'text', unique: true }] });
    await expect(t.a.call(createTable, { name: 'Parts', columns: [key] })).rejects.toMatchObject({
      reason: 'table-exists',
    });
    await expect(t.a.call(createTable, { name: 'parts_code_key', columns: [key] })).rejects.toMatchObject({
      reason: 'conflict',
    });
    await expect(t.a.call(createTable, { name: 'settings', columns: [key] })).rejects.toMatchObject({
      reason: 'table-exists',
    });
    await expect(t.a.call(dropTable, { table: 'audit_log' })).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('are made by one transaction at a time', async () => {
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((name) => t.b.call(createTable, { name, columns: [key] })));
    expect((await t.b.call(listTables, {})).data.map(({ name }) => name)).toEqual(names);
  });

  it('are not made while the tenant is suspended', async () => {
    await t.database.setStatus(t.a.id, 'suspended');
    await expect(t.a.call(createTable, { name: 'late', columns: [key] })).rejects.toMatchObject({
      reason: 'tenant-suspended',
    });
  });

  describe('made past the checks of the service', () => {
    const alter = (step: object) =>
      t.doors.tenants.transaction(testContext(t.a.id), (tx) =>
        tx.query(sql`select data.alter_schema(${JSON.stringify([step])}::jsonb)`),
      );
    const table = { do: 'create_table', table: 'x', primaryKey: ['id'], classes: {}, subject: null };
    const column = { name: 'id', type: 'integer', nullable: false, unique: false, default: null };

    it.each<[string, object]>([
      ['a table name that is SQL', { ...table, table: 'x (a int); drop schema data cascade; --', columns: [column] }],
      ['a column name that is SQL', { ...table, columns: [{ ...column, name: 'id int); drop table y; --' }] }],
      ['a column tenant_id', { ...table, columns: [{ ...column, name: 'tenant_id' }] }],
      ['a type that is SQL', { ...table, columns: [{ ...column, type: 'integer); drop table y; --' }] }],
      ['a type that is not on the list', { ...table, columns: [{ ...column, type: 'regclass' }] }],
      [
        'a function that is not on the list',
        { ...table, columns: [{ ...column, default: { function: 'pg_sleep(1)' } }] },
      ],
      [
        'an action that is SQL',
        {
          do: 'add_foreign_key',
          table: 'settings',
          key: {
            name: 'k',
            columns: ['key'],
            table: 'settings',
            referencedColumns: ['key'],
            onDelete: 'cascade; drop table y',
          },
        },
      ],
      [
        'a role that is not on the list',
        {
          do: 'set_access',
          table: 'settings',
          ownerColumn: null,
          policies: { select: { all: ["x') or true --"], own: [] } },
        },
      ],
      ['a step that is not on the list', { do: 'grant', table: 'settings' }],
      ['a table of another schema', { do: 'drop_table', table: 'data.space' }],
    ])('%s is refused by the database too', async (_, step) => {
      const error = (await alter(step).catch((refused: unknown) => refused)) as StatementError;
      expect(error.sqlstate).toMatch(/^42/);
    });

    it('a default is a literal, whatever it says', async () => {
      const literal = "'; drop table settings; --";
      await alter({ ...table, columns: [column, { ...column, name: 'note', type: 'text', default: { literal } }] });
      const [row] = await t.database.admin(
        `select pg_get_expr(adbin, adrelid) as d from pg_attrdef where adrelid = '${t.schemaOf(t.a.id)}.x'::regclass and adnum = 3`,
      );
      expect(row).toEqual({ d: `'''; drop table settings; --'::text` });
    });
  });
});
