import type { Fault } from '@tenantry/kernel';
import { withColumn, withoutColumn } from './change-table.js';
import { defineTable, type TableInput } from './define-table.js';
import type { TableDefinition } from './table-definition.js';

const now = new Date('2026-11-20T12:00:00Z');
const id = { name: 'id', type: 'uuid', primaryKey: true } as const;

const define = (input: Partial<TableInput>, tables: readonly TableDefinition[] = []): TableDefinition =>
  defineTable(
    { name: 'things', columns: [id], ...input },
    'tenant',
    (name) => tables.find((one) => one.name === name),
    now,
  );

function refusal(work: () => unknown): { reason: string; field: string | undefined } {
  try {
    work();
  } catch (error) {
    return { reason: (error as Fault).reason, field: (error as Fault).errors[0]?.field };
  }
  throw new Error('nothing was refused');
}

describe('a table', () => {
  it('gets a key of its own when no column is one', () => {
    const { columns, primaryKey } = define({ columns: [{ name: 'name', type: 'text' }] });
    expect(columns.map(({ name }) => name)).toEqual(['id', 'name']);
    expect(columns[0]).toMatchObject({ type: 'uuid', nullable: false, default: { function: 'uuidv7()' } });
    expect(primaryKey).toEqual(['id']);
  });

  it('has columns that may be empty and are internal unless they say otherwise', () => {
    const { columns } = define({ columns: [id, { name: 'note', type: 'text' }] });
    expect(columns).toMatchObject([
      { nullable: false },
      { nullable: true, unique: false, classification: 'internal', default: null },
    ]);
  });

  it('may refer to others and to itself', () => {
    const owners = define({ name: 'owners' });
    const columns = [
      id,
      { name: 'owner', type: 'uuid', references: { table: 'owners', column: 'id', onDelete: 'cascade' } },
      { name: 'parent', type: 'uuid', references: { table: 'things', column: 'id' } },
    ];
    expect(define({ columns }, [owners]).foreignKeys).toEqual([
      {
        name: 'things_owner_fkey',
        columns: ['owner'],
        table: 'owners',
        referencedColumns: ['id'],
        onDelete: 'cascade',
      },
      {
        name: 'things_parent_fkey',
        columns: ['parent'],
        table: 'things',
        referencedColumns: ['id'],
        onDelete: 'no action',
      },
    ]);
  });

  it.each<[string, Partial<TableInput>, string, string]>([
    ['a name that is SQL', { name: 'x"; drop schema data --' }, 'invalid-input', 'name'],
    ['a name that Postgres keeps', { name: 'pg_class' }, 'name-reserved', 'name'],
    ['a name that the row API keeps', { name: 'rpc' }, 'name-reserved', 'name'],
    ['a name that is too long', { name: 'a'.repeat(64) }, 'invalid-input', 'name'],
    ['tenant_id', { columns: [id, { name: 'Tenant_Id', type: 'uuid' }] }, 'name-reserved', 'columns[1].name'],
    ['a system column', { columns: [id, { name: 'xmin', type: 'text' }] }, 'name-reserved', 'columns[1].name'],
    [
      'the same column twice, ignoring case',
      { columns: [id, { name: 'ID', type: 'text' }] },
      'column-exists',
      'columns[1].name',
    ],
    [
      'a type that is not on the list',
      { columns: [{ ...id, type: 'regproc' }] },
      'type-not-allowed',
      'columns[0].type',
    ],
    ['a key that may be empty', { columns: [{ ...id, nullable: true }] }, 'invalid-input', 'columns[0].nullable'],
    [
      'a key about a person',
      { columns: [{ ...id, classification: 'personal' }] },
      'invalid-input',
      'columns[0].classification',
    ],
    ['a JSON key', { columns: [{ ...id, type: 'jsonb' }] }, 'invalid-input', 'columns[0].type'],
    [
      'an encrypted unique column',
      { columns: [id, { name: 'ssn', type: 'text', classification: 'phi', unique: true }] },
      'invalid-input',
      'columns[1].unique',
    ],
    [
      'an encrypted default',
      { columns: [id, { name: 'pin', type: 'text', classification: 'secret', default: '0' }] },
      'invalid-input',
      'columns[1].default',
    ],
    [
      'encryption under a key with many spellings',
      {
        columns: [
          { ...id, type: 'timestamptz' },
          { name: 'ssn', type: 'text', classification: 'phi' },
        ],
      },
      'invalid-input',
      'columns',
    ],
    [
      'a reference to nothing',
      { columns: [id, { name: 'a', type: 'uuid', references: { table: 'b', column: 'id' } }] },
      'invalid-input',
      'columns[1].references.table',
    ],
    [
      'a reference to a column that is no key',
      {
        columns: [
          id,
          { name: 'a', type: 'text' },
          { name: 'b', type: 'text', references: { table: 'things', column: 'a' } },
        ],
      },
      'invalid-input',
      'columns[2].references.column',
    ],
    [
      'a reference of another type',
      { columns: [id, { name: 'b', type: 'integer', references: { table: 'things', column: 'id' } }] },
      'invalid-input',
      'columns[1].references',
    ],
    [
      'setting null what is never empty',
      {
        columns: [
          id,
          {
            name: 'b',
            type: 'uuid',
            nullable: false,
            references: { table: 'things', column: 'id', onDelete: 'set null' },
          },
        ],
      },
      'invalid-input',
      'columns[1].references.onDelete',
    ],
    ['a subject that is no column', { subjectColumn: 'patient' }, 'invalid-input', 'subjectColumn'],
    [
      'an owner that is no id',
      { columns: [id, { name: 'n', type: 'integer' }], ownerColumn: 'n' },
      'invalid-input',
      'ownerColumn',
    ],
    [
      'own rows without an owner',
      { access: [{ to: ['customer'], actions: ['select'], rows: 'own' }] },
      'invalid-input',
      'access[0].rows',
    ],
    [
      'access to no column',
      { access: [{ to: ['customer'], actions: ['select'], columns: ['x'] }] },
      'invalid-input',
      'access[0].columns',
    ],
    [
      'two rules about the same thing',
      {
        access: [
          { to: ['staff'], actions: ['select'] },
          { to: ['agent', 'staff'], actions: ['select'] },
        ],
      },
      'invalid-input',
      'access[1]',
    ],
  ])('is refused with %s', (_, input, reason, field) => {
    expect(refusal(() => define(input))).toEqual({ reason, field });
  });
});

describe('a changed table', () => {
  const owners = define({ name: 'owners', columns: [id, { name: 'code', type: 'text', unique: true }] });
  const things = define(
    {
      columns: [
        id,
        { name: 'owner', type: 'uuid', references: { table: 'owners', column: 'id' } },
        { name: 'code', type: 'text', references: { table: 'owners', column: 'code' } },
      ],
      subjectColumn: 'owner',
    },
    [owners],
  );

  it('drops a column together with the foreign keys that start at it', () => {
    const { table, steps } = withoutColumn(things, 'code', [owners, things]);
    expect(table.foreignKeys.map(({ name }) => name)).toEqual(['things_owner_fkey']);
    expect(steps.map((step) => step.do)).toEqual(['drop_foreign_key', 'drop_column']);
  });

  it.each([
    ['a key column', things, 'id', 'conflict'],
    ['a column that another table refers to', owners, 'code', 'conflict'],
    ['the subject column', things, 'owner', 'conflict'],
    ['a column that is not there', things, 'nothing', 'not-found'],
  ])('keeps %s', (_, table, column, reason) => {
    expect(refusal(() => withoutColumn(table, column, [owners, things])).reason).toBe(reason);
  });

  it('takes a column once, ignoring case', () => {
    expect(refusal(() => withColumn(owners, { name: 'CODE', type: 'text' }, () => undefined))).toEqual({
      reason: 'column-exists',
      field: 'name',
    });
  });
});
