import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { hostileTexts } from './hostile.js';

/** Columns of the table that rows are tried on, with values that fit and values that do not. */
export const columns: Readonly<Record<string, { readonly fits: fc.Arbitrary<unknown>; readonly order?: false }>> = {
  label: { fits: fc.string({ unit: 'grapheme', maxLength: 30 }).map(storable) },
  code: { fits: fc.stringMatching(/^[a-z0-9]{8,20}$/) },
  handle: { fits: fc.uuid() },
  amount: { fits: fc.integer({ min: -1_000_000, max: 1_000_000 }).map((cents) => cents / 100) },
  count: { fits: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
  big: { fits: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) },
  ratio: { fits: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).map((value) => value + 0) },
  active: { fits: fc.boolean() },
  born: { fits: fc.constantFrom('2024-02-29', '1970-01-01', '9999-12-31') },
  opens: { fits: fc.constantFrom('00:00', '23:59:59', '12:30:00.5') },
  happened_at: { fits: fc.constantFrom('2026-01-31T12:00:00Z', '2026-01-31 12:00:00+02', '0001-01-01') },
  lasts: { fits: fc.constantFrom('3 days', '1 year 2 mons', '-04:05:06') },
  document: {
    fits: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(storable(JSON.stringify(value))) as unknown),
  },
  tags: { fits: fc.array(fc.stringMatching(/^[a-z ,"{}]{0,10}$/), { maxLength: 4 }) },
  address: { fits: fc.oneof(fc.ipV4(), fc.constantFrom('::1', '10.0.0.0/8')) },
  note: { fits: fc.string({ maxLength: 20 }).map(storable), order: false },
};

export const names = Object.keys(columns);

export const readable = names.filter((name) => columns[name]!.order !== false);

function storable(text: string): string {
  return text.replace(/\\u0000|[\u0000-\u001f\u007f-\u009f]/g, ' ').replaceAll('__proto__', 'proto');
}

export const row: fc.Arbitrary<Record<string, unknown>> = fc.record(
  Object.fromEntries(names.map((name) => [name, fc.option(columns[name]!.fits)])),
  { requiredKeys: [] },
);

/** Longer than an index can hold, also when it is packed. */
const INCOMPRESSIBLE = Array.from({ length: 200 }, (_, index) =>
  createHash('sha512').update(String(index)).digest('base64'),
).join('');

export const hostileValue = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.constantFrom<unknown>(
    1e308,
    -1,
    2 ** 31,
    2 ** 53,
    'Infinity',
    'NaN',
    '1e400000',
    [],
    {},
    [[1]],
    [null],
    true,
    '{',
    '"',
    '[1',
    '-infinity',
    '24:00',
    '294277-01-01',
    '4714-01-01 BC',
    '1e1000',
    '178000000 years',
    '999.999.999.999',
    '::/999',
    '\\x',
    '{"a"}',
    '9'.repeat(1_500),
  ),
  fc.constant('x'.repeat(12_000)),
  fc.constant(INCOMPRESSIBLE),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
);

export const textual = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
