import { measureTables } from '@tenantry/contracts';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

describe('Measuring tables', () => {
  const t = dataTenants();
  const measure = (rows: RowsClient, ...tables: string[]) => t.bus.call(measureTables, { tables }, rows.context());

  beforeEach(async () => {
    for (const rows of [t.pool, t.schema]) {
      const id = { name: 'id', type: 'integer', primaryKey: true };
      const name = { name: 'name', type: 'text', classification: 'personal' };
      await rows.createTable({ name: 'people', subjectColumn: 'id', columns: [id, name] } as never);
      const person = { name: 'person', type: 'integer', classification: 'internal' };
      const finding = { name: 'finding', type: 'text', classification: 'phi' };
      await rows.createTable({ name: 'visits', subjectColumn: 'person', columns: [id, person, finding] } as never);
      await rows.createTable({ name: 'rooms', columns: [id] } as never);
    }
    await t.pool.post(
      'people',
      [1, 2, 3].map((id) => ({ id, name: 'x' })),
    );
    await t.pool.post(
      'visits',
      [1, 1, 2, 9].map((person, id) => ({ id, person })),
    );
    await t.schema.post('people', { id: 7, name: 'y' });
  });

  it('counts rows, and each person once in all tables together, of the own tenant alone', async () => {
    const { tables, people } = await measure(t.pool, 'people', 'visits', 'rooms');
    expect(tables).toEqual([
      { table: 'people', rows: 3n, people: 3n, classes: ['personal'] },
      { table: 'visits', rows: 4n, people: 3n, classes: ['phi'] },
      { table: 'rooms', rows: 0n, people: null, classes: [] },
    ]);
    expect(people).toBe(4n);
    expect(await measure(t.schema, 'people', 'visits')).toMatchObject({ people: 1n });
    expect(await measure(t.schema, 'rooms')).toMatchObject({ people: 0n });
  });

  it('names a table that is not there', async () => {
    await expect(measure(t.pool, 'people', 'nothing')).rejects.toBeFault('invalid-input', { field: 'tables[1]' });
  });
});
