import { dataTenants } from '../testing/data.fixture.js';

describe('a repeated insert', () => {
  const t = dataTenants();

  it('gives the same answer and inserts once', async () => {
    await t.pool.createTable({ name: 'notes', columns: [{ name: 'text', type: 'text' }] });
    const owner = t.pool.as('owner');
    const insert = () =>
      owner.post('notes', { text: 'once' }, { prefer: 'return=representation' }, '', { idempotencyKey: 'k-1' });
    const first = await insert();
    const again = await insert();
    expect(again).toEqual(first);
    expect((await t.pool.get('notes', 'select=text')).json).toEqual([{ text: 'once' }]);
  });
});
