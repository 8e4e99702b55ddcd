import { isUtf8 } from 'node:buffer';
import { Fault } from '@tenantry/kernel';
import fc from 'fast-check';
import type { TableDefinition } from '../../tables/table-definition.js';
import { csvLine } from '../csv.js';
import type { JsonRow } from '../rows-body.js';
import { readCsv } from './read-csv.js';
import { readNdjson } from './read-ndjson.js';

const column = (name: string, type: string) => ({
  name,
  type,
  nullable: true,
  unique: false,
  classification: 'internal',
});
const table = {
  name: 'people',
  columns: [column('a', 'text'), column('b', 'integer'), column('doc', 'jsonb'), column('tags', 'text[]')],
} as unknown as TableDefinition;

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

type Read = (source: AsyncIterable<Buffer>) => AsyncGenerator<JsonRow>;

/** The rows up to the refusal, and its words; anything else that is thrown fails the test. */
async function outcome(read: Read, bytes: Buffer, size: number): Promise<{ rows: JsonRow[]; refused: string | null }> {
  const rows: JsonRow[] = [];
  try {
    for await (const row of read(inChunks(bytes, size))) rows.push(row);
    return { rows, refused: null };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    expect(error).toMatchObject({ reason: 'import-refused', errors: [{ field: expect.stringMatching(/./) }] });
    return { rows, refused: error.detail };
  }
}

const csv: Read = (source) => readCsv(source, table, 'formula');
const sizes = fc.integer({ min: 1, max: 64 });
const text = fc.string({ unit: 'grapheme' }).filter((value) => value.isWellFormed());

describe.each<[string, Read, readonly string[]]>([
  [
    'NDJSON',
    readNdjson,
    ['{', '}', '"a"', ':', '1', ',', '\n', '\r\n', '[', ']', '{"a":1}\n', ' ', '\ufeff', '"__proto__":1', 'é'],
  ],
  [
    'CSV',
    csv,
    [
      'a',
      'b',
      'doc',
      'tags',
      ',',
      '"',
      '""',
      '\n',
      '\r\n',
      '\r',
      '1',
      '[1]',
      '{"x":',
      ' ',
      '\ufeff',
      'a,b\n1,2\n',
      'é',
    ],
  ],
])('any %s', (_, read, pieces) => {
  const bytes = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => Buffer.from(parts.join(''))),
    },
    { weight: 1, arbitrary: fc.uint8Array().map((raw) => Buffer.from(raw)) },
  );

  it('is read or refused, the same in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, sizes, async (body, size) => {
        const whole = await outcome(read, body, Math.max(1, body.length));
        const split = await outcome(read, body, size);
        // Of two faults the one is told that is met first, and what is no UTF-8 is met piece by piece.
        if (isUtf8(body)) expect(split.refused).toBe(whole.refused);
        else expect([split.refused, whole.refused]).not.toContain(null);
        if (whole.refused === null) expect(split.rows).toEqual(whole.rows);
      }),
      { numRuns: 500, examples: [[Buffer.from([0, 34, 0, 0, 0, 128]), 1]] },
    );
  });
});

describe('JSON in a cell', () => {
  it.each([
    ['nested beyond reason', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['with a name twice', '{""a"":1,""a"":2}'],
    ['with a prototype', '{""__proto__"":{}}'],
    ['that is none', '{'],
  ])('%s is refused with its row', async (_, cell) => {
    const { rows, refused } = await outcome(csv, Buffer.from(`doc\n"[]"\n"${cell}"\n`), 4_096);
    expect([rows, refused]).toEqual([[{ doc: [] }], expect.stringMatching(/^Row 2: doc is not JSON/)]);
  });
});

describe('any rows', () => {
  const formula = fc.constantFrom('=1+1', "'=1", "''-x", '\t@x', '-1', "'");
  const row = fc.record({
    a: fc.option(fc.oneof(text, formula)),
    b: fc.option(fc.integer()),
    doc: fc.jsonValue(),
    tags: fc.option(fc.array(text)),
  });

  it('come out of NDJSON as they went in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row), sizes, async (rows, size) => {
        const given = JSON.parse(JSON.stringify(rows)) as JsonRow[];
        fc.pre(!JSON.stringify(rows).includes('__proto__'));
        const body = Buffer.from(given.map((one) => `${JSON.stringify(one)}\n`).join(''));
        expect(await outcome(readNdjson, body, size)).toEqual({ rows: given, refused: null });
      }),
    );
  });

  it('come out of CSV as our own export writes them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), sizes, async (rows, size) => {
        const plain = rows.map((one) => ({ ...one, doc: { is: 'kept' } }));
        const lines = plain.map(({ a, b, doc, tags }) => csvLine([a, b, doc, tags], 'formula'));
        const body = Buffer.from(csvLine(['a', 'b', 'doc', 'tags'], 'formula') + lines.join(''));
        const expected = plain.map((one) => ({ ...one, b: one.b === null ? null : String(one.b) }));
        expect(await outcome(csv, body, size)).toEqual({ rows: expected, refused: null });
      }),
    );
  });
});
