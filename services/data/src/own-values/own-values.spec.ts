import { createSecretKey } from 'node:crypto';
import {
  addColumn,
  createProductTable,
  eraseSubjectRows,
  type OwnValues,
  planSubjectRows,
  readOwnValues,
} from '@tenantry/contracts';
import { marksOf, newId, pairMarks, unpackMarks, ValueHasher } from '@tenantry/kernel';
import { eventually } from '@tenantry/testing';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const columns = [
  { name: 'id', type: 'integer', primaryKey: true },
  { name: 'first_name', type: 'text', classification: 'personal' },
  { name: 'last_name', type: 'text', classification: 'personal' },
  { name: 'record', type: 'text', classification: 'phi' },
  { name: 'note', type: 'text' },
];
const ada = { id: 1, first_name: 'Ada', last_name: 'Lovelace', record: 'MRN-00483920', note: 'Likes tea very much' };

describe('The index of own values', () => {
  const t = dataTenants();

  const read = (rows: RowsClient, afterVersion = 0n): Promise<OwnValues> =>
    t.bus.call(
      readOwnValues,
      { afterVersion },
      { ...rows.context(), actor: { kind: 'service', id: 'agents', role: null } },
    );
  const work = (): Promise<void> => t.bus.runSchedule('index-values');
  /** The whole index, once nothing is to be done for it any more. */
  const settled = async (rows: RowsClient): Promise<OwnValues> => {
    await read(rows);
    await eventually(async () => {
      await work();
      return (await read(rows)).complete;
    });
    return read(rows);
  };
  const has = ({ key, marks }: OwnValues, value: string): boolean => {
    const hasher = new ValueHasher(createSecretKey(key));
    const known = new Set(unpackMarks(marks).map(({ hash }) => hash));
    const [first, second, ...more] = value.split(' ');
    const pair = second && more.length === 0 ? pairMarks(first!, second, hasher) : [];
    return [...marksOf(value, hasher), ...pair].some(({ hash }) => known.has(hash));
  };
  /** The rows of which something is kept. */
  const keptOf = async ({ id }: RowsClient): Promise<string[]> => {
    const select = 'select row_key as key from data.value_mark where tenant_id = $1 and marks is not null order by 1';
    return (await t.database.admin<{ key: string }>(select, [id])).map(({ key }) => key);
  };
  const people = (rows: RowsClient) => rows.createTable({ name: 'people', columns });

  it('has what classified columns of its own tenant say, encrypted ones too, and nothing of others', async () => {
    for (const [rows, person] of [
      [t.schema, ada],
      [t.pool, { ...ada, last_name: 'Hopper', record: 'MRN-00777111' }],
    ] as const) {
      await people(rows);
      await rows.post('people', person);
    }
    const [a, b] = [await settled(t.schema), await settled(t.pool)];
    expect(['Lovelace', 'MRN-00483920', '00483920', 'Ada Lovelace', 'Lovelace Ada'].map((one) => has(a, one))).toEqual(
      Array(5).fill(true),
    );
    expect(['Likes tea very much', 'Ada', 'Hopper', '00777111'].map((one) => has(a, one))).toEqual(
      Array(4).fill(false),
    );
    expect(has(b, 'Hopper')).toBe(true);
    expect(has(b, 'Lovelace')).toBe(false);
    expect(Buffer.from(a.key).equals(Buffer.from(b.key))).toBe(false);
  });

  it('follows inserts, updates and deletes, and what was said before is gone in the commit that changes it', async () => {
    await people(t.pool);
    await t.pool.post('people', [ada, { ...ada, id: 2, last_name: 'Byron', record: null }]);
    const before = await settled(t.pool);
    await t.pool.patch('people', 'id=eq.1', { last_name: 'Kingsley' });
    await t.pool.delete('people', 'id=eq.2');
    await t.pool.post('people', { ...ada, id: 3, last_name: 'Babbage' });
    expect(await keptOf(t.pool)).toEqual([]);
    const after = await settled(t.pool);
    expect(['Kingsley', 'Babbage'].map((one) => has(after, one))).toEqual([true, true]);
    expect(['Lovelace', 'Byron'].map((one) => has(after, one))).toEqual([false, false]);
    expect(after.removals).toBeGreaterThan(before.removals);
    const delta = await read(t.pool, before.version);
    expect([has(delta, 'Babbage'), delta.hasMore]).toEqual([true, false]);
  });

  it('follows a row whose key changes', async () => {
    await t.pool.createTable({ name: 'people', columns: columns.filter(({ name }) => name !== 'record') });
    const open = { id: 1, first_name: 'Ada', last_name: 'Lovelace' };
    await t.pool.post('people', open);
    await settled(t.pool);
    await t.pool.patch('people', 'id=eq.1', { id: 7 });
    expect(has(await settled(t.pool), 'Lovelace')).toBe(true);
    expect(await keptOf(t.pool)).toEqual(['7']);
  });

  it('is made again for a table with another classified column, and forgets one without any', async () => {
    await people(t.schema);
    await t.schema.post('people', ada);
    await settled(t.schema);
    const alias = { table: 'people', name: 'alias', type: 'text', classification: 'personal' };
    await t.bus.call(addColumn, alias, t.schema.context());
    expect((await read(t.schema)).complete).toBe(false);
    await t.schema.patch('people', 'id=eq.1', { alias: 'Enchantress' });
    expect(has(await settled(t.schema), 'Enchantress')).toBe(true);
  });

  it('has no more of a row that somebody changes while it is gone through', async () => {
    await t.bus.call(createProductTable, { name: 'charts', columns }, t.staff);
    await t.bus.runSchedule('product-rollout');
    await t.pool.post(
      'charts',
      Array.from({ length: 300 }, (_, n) => ({ ...ada, id: n + 1, last_name: `Person${n}` })),
    );
    await read(t.pool);
    await Promise.all([work(), t.pool.patch('charts', 'id=lt.200', { last_name: 'Somebody' }), work()]);
    const index = await settled(t.pool);
    expect([has(index, 'Person10'), has(index, 'Person250'), has(index, 'Somebody')]).toEqual([false, true, true]);
  });

  it('keeps nothing that a person’s erasure has taken', async () => {
    await t.schema.createTable({ name: 'people', columns, subjectColumn: 'id' });
    await t.schema.post('people', [ada, { ...ada, id: 2, last_name: 'Byron', record: 'MRN-00111222' }]);
    await settled(t.schema);
    const subject = [{ table: 'people', value: '1' }];
    const ctx = { ...t.schema.context(), actor: { kind: 'service' as const, id: 'compliance', role: null } };
    const { shape } = await t.bus.call(planSubjectRows, { subject }, ctx);
    await t.bus.call(eraseSubjectRows, { erasureId: newId(), subject, shape, places: [] }, ctx);
    expect(await keptOf(t.schema)).toEqual(['2']);
    expect(has(await settled(t.schema), 'Lovelace')).toBe(false);
  });

  it('is destroyed with its key when nobody has asked for it in a week', async () => {
    await people(t.pool);
    await t.pool.post('people', ada);
    await settled(t.pool);
    await t.database.admin(`update data.value_index set asked_at = now() - interval '8 days' where tenant_id = $1`, [
      t.b.id,
    ]);
    await work();
    expect([await t.b.count('data.value_index'), await t.b.count('data.value_mark')]).toEqual([0, 0]);
    await t.pool.post('people', { ...ada, id: 2 });
    expect(await t.b.count('data.value_mark')).toBe(0);
  });
});
