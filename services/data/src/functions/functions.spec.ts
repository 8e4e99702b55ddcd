import {
  addSchemaColumn,
  addSchemaForeignKey,
  createSchemaTable,
  dropSchemaColumn,
  dropSchemaForeignKey,
  getSchemaTables,
  getTableColumns,
  getTableForeignKeys,
} from '@tenantry/contracts';
import { dataTenants } from '../testing/data.fixture.js';

describe('functions on tables', () => {
  const t = dataTenants();

  it('do what the operations of the same meaning do', async () => {
    const columns = [
      { name: 'id', type: 'integer', primary_key: true },
      { name: 'up', type: 'integer' },
    ];
    expect(await t.b.call(createSchemaTable, { table_name: 'nodes', columns })).toEqual({
      table_name: 'nodes',
      table_kind: 'tenant',
      column_count: 2,
    });
    const label = {
      table_name: 'nodes',
      column_name: 'label',
      column_type: 'text',
      default_value: 'new',
      classification: 'personal',
    };
    expect(await t.b.call(addSchemaColumn, label)).toMatchObject({
      column_name: 'label',
      ordinal_position: 3,
      column_default: 'new',
      classification: 'personal',
    });
    const link = {
      table_name: 'nodes',
      column_name: 'up',
      foreign_table_name: 'nodes',
      foreign_column_name: 'id',
      on_delete: 'cascade',
    };
    expect(await t.b.call(addSchemaForeignKey, link)).toMatchObject({
      constraint_name: 'nodes_up_fkey',
      on_delete: 'cascade',
    });
    expect((await t.pool.send(getSchemaTables, {})).json).toEqual([
      { table_name: 'nodes', table_kind: 'tenant', column_count: 3 },
    ]);
    expect((await t.pool.send(getTableColumns, { table_name: 'nodes' })).json).toMatchObject([
      { column_name: 'id', is_primary_key: true, is_nullable: false },
      { column_name: 'up', data_type: 'integer', is_nullable: true },
      { column_name: 'label' },
    ]);
    expect((await t.pool.send(getTableForeignKeys, { table_name: 'nodes' })).json).toEqual([
      { constraint_name: 'nodes_up_fkey', ...link },
    ]);
    await t.b.call(dropSchemaForeignKey, { table_name: 'nodes', constraint_name: 'nodes_up_fkey' });
    expect(await t.b.call(dropSchemaColumn, { table_name: 'nodes', column_name: 'up' })).toMatchObject({
      column_count: 2,
    });
  });

  it('see the caller’s tables only', async () => {
    await t.b.call(createSchemaTable, {
      table_name: 'nodes',
      columns: [{ name: 'id', type: 'integer', primary_key: true }],
    });
    await expect(t.schema.send(getTableColumns, { table_name: 'nodes' })).rejects.toMatchObject({
      reason: 'not-found',
    });
    await expect(t.a.call(dropSchemaColumn, { table_name: 'nodes', column_name: 'id' })).rejects.toMatchObject({
      reason: 'not-found',
    });
  });
});
