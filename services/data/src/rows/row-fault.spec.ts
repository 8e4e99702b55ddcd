import { createHash } from 'node:crypto';
import { dataTenants } from '../testing/data.fixture.js';

/** Longer than an index entry can be, also when Postgres packs it. */
const LONG = Array.from({ length: 200 }, (_, n) => createHash('sha512').update(String(n)).digest('base64')).join('');

describe('what only Postgres can refuse', () => {
  const t = dataTenants();

  beforeEach(async () => {
    await t.pool.createTable({
      name: 'readings',
      columns: [
        { name: 'id', type: 'integer', primaryKey: true },
        { name: 'label', type: 'text', unique: true },
        { name: 'amount', type: 'numeric(4,2)' },
        { name: 'lasts', type: 'interval' },
      ],
    });
    await t.pool.post('readings', { id: 1, label: 'x' });
  });

  it.each([
    ['a cast that no type has', 'select=id::uuid', 'select', '42846'],
    ['a cast that a value does not allow', 'select=label::int', 'query', '22P02'],
    ['a filter beyond what its type holds', 'lasts=gt.999999999 years', 'query', '22008'],
    ['a pattern that ends in its middle', 'label=like.%\\', 'query', '22025'],
  ])('%s is invalid input that names where it is', async (_, query, field, code) => {
    await expect(t.pool.get('readings', encodeURI(query))).rejects.toMatchObject({
      reason: 'invalid-input',
      errors: [{ field }],
      extra: { code },
    });
  });

  it.each([
    ['too large for its column', { amount: 1_000 }, '22003'],
    ['too long for an index', { label: LONG }, '54000'],
  ])('a value %s is invalid input in the body, of an insert and of an update', async (_, values, code) => {
    const refusal = { reason: 'invalid-input', errors: [{ field: 'body' }], extra: { code } };
    await expect(t.pool.post('readings', { id: 2, ...values })).rejects.toMatchObject(refusal);
    await expect(t.pool.patch('readings', 'id=eq.1', values)).rejects.toMatchObject(refusal);
  });
});
