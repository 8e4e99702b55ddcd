import { dataTenants } from '../testing/data.fixture.js';

describe.each(['schema', 'pool'] as const)('names of columns of a %s tenant', (mode) => {
  const t = dataTenants();

  it('are taken for columns, also where a statement names its rows alike', async () => {
    const rows = mode === 'schema' ? t.schema : t.pool;
    const columns = ['n', 'o', 'r', 't0', 'x', 'v', 't2r'].map((name) => ({ name, type: 'integer', default: 0 }));
    await rows.createTable({
      name: 'letters',
      columns: [{ name: 'id', type: 'integer', primaryKey: true }, ...columns],
    });
    await rows.createTable({
      name: 'words',
      columns: [{ name: 'r', type: 'integer', primaryKey: true, references: { table: 'letters', column: 'id' } }],
    });
    await rows.post('letters', [
      { id: 1, n: 5, r: 0 },
      { id: 2, n: 0, r: 6 },
    ]);
    await rows.post('words', { r: 1 });
    await rows.patch('letters', 'x=eq.0&id=eq.1', { o: 7, r: 8 });
    const read = await rows.get('letters', 'select=n,o,r,words(r)&order=id');
    expect(read.json).toEqual([
      { n: 5, o: 7, r: 8, words: { r: 1 } },
      { n: 0, o: 0, r: 6, words: null },
    ]);
    const changes = (await t.outbox()).filter(({ type }) => type === 'RowsChanged').at(-1)?.changes;
    expect(changes).toEqual([
      { resource: 'letters', id: '1', action: 'update', old: { o: 0, r: 0 }, new: { o: 7, r: 8 } },
    ]);
  });
});
