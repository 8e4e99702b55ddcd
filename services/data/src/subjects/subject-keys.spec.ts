import { eraseSubjectRows, planSubjectRows, type SubjectErasure, type SubjectRowsErased } from '@tenantry/contracts';
import { type RowChange, SubjectVault } from '@tenantry/database';
import { newId, type TenantContext } from '@tenantry/kernel';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';
import { fillShop } from './shop.fixture.js';

const ANN = [{ table: 'customers', value: '1' }];

describe('what events have of a person', () => {
  const t = dataTenants();
  let rows: RowsClient;
  let other: RowsClient;

  beforeEach(async () => {
    [rows, other] = [t.pool, t.schema];
    await fillShop(rows);
    await fillShop(other, 'Zoe');
  });
  afterEach(() => jest.restoreAllMocks());

  const job = ({ id }: RowsClient = rows): TenantContext => ({
    ...rows.context(),
    tenantId: id,
    actor: { kind: 'service', id: 'compliance', role: null },
    purpose: 'compliance',
  });
  const erase = async (places: SubjectErasure[] = [], erasureId = newId()): Promise<SubjectRowsErased> => {
    const { shape } = await t.bus.call(planSubjectRows, { subject: ANN }, job());
    const chosen = [{ table: 'messages', action: 'delete' }, ...places];
    return t.bus.call(eraseSubjectRows, { erasureId, subject: ANN, shape, places: chosen }, job());
  };
  /** Every classified value in the outbox that somebody who has all other keys can open, as `table.column=value`. */
  const readable = async ({ id }: RowsClient = rows): Promise<string[]> => {
    const events = (await t.outbox()).filter(({ tenantId }) => tenantId === id);
    const values = (events.flatMap(({ changes }) => changes) as RowChange[]).flatMap(
      ({ resource, id: row, ...change }) =>
        Object.entries({ ...change.old, ...change.new }).flatMap(([column, value]) =>
          typeof value === 'object' && value?.sealed
            ? [{ place: { table: resource, column, row }, sealed: value.sealed }]
            : [],
        ),
    );
    const opened = await t.doors.subjects.open(id, values);
    const told = values.flatMap(({ place: { table, column } }, index) => {
      const [, text] = JSON.parse(opened[index] ?? '[]') as string[];
      return text === undefined ? [] : [`${table}.${column}=${text}`];
    });
    return told.toSorted();
  };
  const anns = [
    ...['cards.pan=4111', 'comments.body=by Ann', 'customers.email=Ann@x.example', 'customers.name=Ann'],
    ...['messages.body=hello', 'messages.body=hello back', 'orders.address=Ann’s street'],
    ...['comments.body=by nobody, below', 'comments.body=by nobody, further below'],
  ];

  it('can be opened before their erasure, and by nobody after it; what it has of others stays', async () => {
    const [before, elsewhere] = [await readable(), await readable(other)];
    expect(before).toEqual(expect.arrayContaining(anns));
    const { keysDestroyed, keyCount } = await erase();
    expect(await readable()).toEqual(before.filter((value) => !anns.includes(value)));
    expect(await readable(other)).toEqual(elsewhere);
    expect(keysDestroyed).toHaveLength(Number(keyCount));
    expect(new Set(keysDestroyed).size).toBeGreaterThanOrEqual(7);
  });

  it('goes with them also when the row itself was deleted long before', async () => {
    await rows.delete('cards', 'id=eq.1');
    expect(await readable()).toContain('cards.pan=4111');
    await erase();
    expect(await readable()).not.toContain('cards.pan=4111');
  });

  it('stays where a table’s rows are kept', async () => {
    await erase([
      { table: 'cards', action: 'keep' },
      { table: 'customers', action: 'mask' },
    ]);
    expect(await readable()).toContain('cards.pan=4111');
    expect(await readable()).not.toContain('customers.name=Ann');
  });

  it('is not lost when the rows are not erased', async () => {
    const before = await readable();
    await expect(
      erase([
        { table: 'customers', action: 'delete' },
        { table: 'cards', action: 'keep' },
      ]),
    ).rejects.toThrow();
    expect(await readable()).toEqual(before);
  });

  it('goes also when the process dies between the rows and the keys: whoever asks again ends it', async () => {
    const erasureId = newId();
    const real = t.bus.get(SubjectVault);
    const crash = jest.spyOn(real, 'destroy').mockRejectedValueOnce(new Error('the process died'));
    await expect(erase([], erasureId)).rejects.toThrow();
    expect((await rows.get('customers', 'id=eq.1')).json).toEqual([]);
    expect(await readable()).toContain('customers.name=Ann');
    crash.mockRestore();
    const first = await erase([], erasureId);
    expect(await readable()).not.toContain('customers.name=Ann');
    expect(await erase([], erasureId)).toEqual(first);
    expect(
      await t.database.admin('select key_holders from data.subject_erasure where erasure_id = $1', [erasureId]),
    ).toEqual([{ key_holders: null }]);
  });
});
