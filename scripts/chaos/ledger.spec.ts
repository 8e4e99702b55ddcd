import { compare, compareTrail, Ledger, type Entry, type Remembered } from './ledger.js';

const row = (token: string, more: Partial<Remembered> = {}): Remembered => ({
  token,
  inserted: 'yes',
  deleted: 'no',
  amount: 1,
  ghosts: new Set(),
  ...more,
});
const stored = (token: string, amount = 1, id = token) => ({ id, token, amount });
function ledgerOf(...rows: Remembered[]): Ledger {
  const ledger = new Ledger();
  ledger.rows.push(...rows);
  return ledger;
}

describe('what was accepted, compared with what is stored', () => {
  it('fits when every row is there once, and what was not answered is there or not', () => {
    const ledger = ledgerOf(row('a'), row('b', { inserted: 'maybe' }), row('c', { inserted: 'maybe' }));
    expect(compare(ledger, [stored('a'), stored('b')])).toEqual([]);
  });

  it.each([
    ['a lost row', row('a'), [], 'a was accepted and is not there'],
    ['a row twice', row('a'), [stored('a'), stored('a', 1, 'other')], 'a was inserted twice'],
    ['a lost update', row('a', { amount: 7 }), [stored('a')], 'a was set to 7 and is 1'],
    ['a lost deletion', row('a', { deleted: 'yes' }), [stored('a')], 'a was deleted and is there'],
    ['a row from nowhere', row('a', { inserted: 'maybe' }), [stored('z')], 'nobody asked for z'],
  ])('finds %s', (_, remembered, rows, problem) => {
    expect(compare(ledgerOf(remembered), rows)).toEqual([problem]);
  });

  it('takes an unanswered import whole or not at all, and an accepted one whole', () => {
    const ledger = new Ledger();
    ledger.batches.push({ tokens: ['a', 'b'], inserted: 'maybe' });
    expect(compare(ledger, [])).toEqual([]);
    expect(compare(ledger, [stored('a'), stored('b')])).toEqual([]);
    expect(compare(ledger, [stored('a')])).toHaveLength(1);
    const accepted = new Ledger();
    accepted.batches.push({ tokens: ['a', 'b'], inserted: 'yes' });
    expect(compare(accepted, [])).toHaveLength(1);
  });
});

describe('an audit trail, replayed', () => {
  const insert: Entry = { id: 'a', change: 'insert', before: null, after: 1 };
  const update: Entry = { id: 'a', change: 'update', before: 1, after: 5 };
  const remove: Entry = { id: 'a', change: 'delete', before: 5, after: null };

  it('fits when it ends with what is stored, in whatever order it was logged', () => {
    expect(compareTrail([update, insert], [stored('a', 5)])).toEqual([]);
    expect(compareTrail([insert, remove, update], [])).toEqual([]);
  });

  it.each([
    ['a change that was not logged', [insert], [stored('a', 5)]],
    ['a row that was not logged', [], [stored('a')]],
    ['an insert that was logged twice', [insert, insert], [stored('a')]],
    ['an update that was logged twice', [insert, update, update], [stored('a', 5)]],
    ['a deletion that was logged and did not happen', [insert, update, remove], [stored('a', 5)]],
  ])('finds %s', (_, entries, rows) => {
    expect(compareTrail(entries, rows)).toHaveLength(1);
  });
});
