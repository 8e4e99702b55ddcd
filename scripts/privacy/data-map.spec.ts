import { declaredColumns, platformPlaces } from '@tenantry/compliance';
import { TestDatabase } from '@tenantry/testing';
import { services } from '../services.js';

type Column = { table_name: string; column_name: string; class: string };

describe('The data map', () => {
  let columns: Column[];

  beforeAll(async () => {
    const schemas = services.flatMap(({ migrations, ...rest }) => (migrations ? [{ ...rest, migrations }] : []));
    const database = await TestDatabase.create(schemas);
    try {
      columns = await database.admin<Column>(`select table_name, column_name, class from platform.column_class
        where class in ('personal', 'sensitive', 'phi', 'payment_token', 'secret') order by table_name, column_name`);
    } finally {
      await database.drop();
    }
  });

  it('says of every column about people what it is for', () => {
    const unsaid = columns
      .filter((column) => column.class !== 'secret')
      .filter((column) => !declaredColumns(column.table_name)?.includes(column.column_name));
    expect(unsaid.map((column) => `${column.table_name}.${column.column_name}`)).toEqual([]);
  });

  it('says nothing of columns that are not there, or not about people', () => {
    const there = new Set(columns.map((column) => `${column.table_name}.${column.column_name}`));
    const said = platformPlaces.flatMap(({ tables }) =>
      Object.entries(tables).flatMap(([table, names]) => names.map((name) => `${table}.${name}`)),
    );
    expect(said.filter((name) => !there.has(name))).toEqual([]);
  });

  it('gives a reason wherever something is kept', () => {
    const kept = platformPlaces.filter(({ eraseAction, keepReason }) => eraseAction === 'keep' && keepReason === null);
    expect(kept).toEqual([]);
  });
});
