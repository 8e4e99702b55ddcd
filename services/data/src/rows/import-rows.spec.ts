import { importRows } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const people = {
  name: 'people',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'name', type: 'text', nullable: false },
    { name: 'boss', type: 'integer', references: { table: 'people', column: 'id' } },
    { name: 'level', type: 'integer', default: 1 },
    { name: 'tags', type: 'text[]' },
    { name: 'ssn', type: 'text', classification: 'phi' },
  ],
};

async function* chunks(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
  }
}

describe('an import', () => {
  const t = dataTenants();
  let rows: RowsClient;

  beforeEach(async () => {
    rows = t.pool;
    await rows.createTable(people);
  });

  const load = (text: string, contentType: string, more: object = {}) =>
    rows.send(importRows, { table: 'people', contentType, ...more }, { upload: chunks(text) });
  const ndjson = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const count = async (): Promise<number> =>
    ((await rows.get('people', 'select=id', { prefer: 'count=exact' })).json as unknown[]).length;

  it('takes NDJSON, with defaults where a row leaves something out', async () => {
    const text = ndjson([
      { id: 1, name: 'Ünal', ssn: '1-2' },
      { id: 2, name: 'Bo', boss: 1, level: 5, tags: ['a', 'b"c'] },
    ]);
    const report = await load(text, 'application/x-ndjson; charset=utf-8');
    expect(report.json).toEqual({ table: 'people', rows: '2', bytes: String(Buffer.byteLength(text)) });
    expect((await rows.get('people', 'select=id,name,boss,level,tags,ssn&order=id')).json).toEqual([
      { id: 1, name: 'Ünal', boss: null, level: 1, tags: null, ssn: '1-2' },
      { id: 2, name: 'Bo', boss: 1, level: 5, tags: ['a', 'b"c'], ssn: null },
    ]);
  });

  it('takes CSV: nothing is null, a quoted nothing is empty text', async () => {
    await load('\ufeffid,name,boss,tags,ssn\r\n1,"",,"[""x""]",9\r\n2,"a ""b"",\nc",1,,\r\n', 'text/csv');
    expect((await rows.get('people', 'select=id,name,boss,tags,ssn&order=id')).json).toEqual([
      { id: 1, name: '', boss: null, tags: ['x'], ssn: '9' },
      { id: 2, name: 'a "b",\nc', boss: 1, tags: null, ssn: null },
    ]);
  });

  it('tells of every row, in events of at most 200', async () => {
    await load(ndjson(Array.from({ length: 501 }, (_, i) => ({ id: i + 1, name: `p${i}` }))), 'application/x-ndjson');
    const events = (await t.outbox()).filter(({ type }) => type === 'RowsChanged');
    expect(events.flatMap(({ changes }) => changes)).toHaveLength(501);
    expect(Math.max(...events.map(({ changes }) => changes.length))).toBeLessThanOrEqual(200);
  });

  it('can update rows that exist', async () => {
    await load(ndjson([{ id: 1, name: 'a' }]), 'application/x-ndjson');
    await load(
      ndjson([
        { id: 1, name: 'b' },
        { id: 2, name: 'c' },
      ]),
      'application/x-ndjson',
      { prefer: 'resolution=merge-duplicates' },
    );
    expect((await rows.get('people', 'select=name&order=id')).json).toEqual([{ name: 'b' }, { name: 'c' }]);
  });

  const good = Array.from({ length: 700 }, (_, i) => ({ id: i + 1, name: `p${i}`, boss: i === 0 ? null : 1 }));
  const withRow = (at: number, row: object) => ndjson(good.map((one, i) => (i + 1 === at ? { ...one, ...row } : one)));

  it.each<[string, string, string, number, string | undefined]>([
    ['a wrong type', withRow(650, { level: 'high' }), 'application/x-ndjson', 650, 'rows[650].level'],
    ['a missing value', withRow(650, { name: null }), 'application/x-ndjson', 650, 'rows[650].name'],
    ['a key that an earlier row has', withRow(650, { id: 3 }), 'application/x-ndjson', 650, 'rows[650].id'],
    ['a reference to nothing', withRow(501, { boss: 9999 }), 'application/x-ndjson', 501, 'rows[501].boss'],
    ['an unknown column', withRow(2, { nope: 1 }), 'application/x-ndjson', 2, 'rows[2].nope'],
    [
      'tenant_id, even the right one',
      withRow(2, { tenant_id: '00000000-0000-0000-0000-000000000000' }),
      'application/x-ndjson',
      2,
      'rows[2].tenant_id',
    ],
    ['broken JSON', `${ndjson(good.slice(0, 2))}{"id":3,\n`, 'application/x-ndjson', 3, 'rows[3]'],
    ['a list', '[]\n', 'application/x-ndjson', 1, 'rows[1]'],
    ['a member given twice', '{"id":1,"id":2}\n', 'application/x-ndjson', 1, 'rows[1].id'],
    ['a short CSV row', 'id,name\n1,a\n2\n', 'text/csv', 2, 'rows[2]'],
    ['a CSV cell that is no number', 'id,name\n1,a\nx,b\n', 'text/csv', 2, 'rows[2].id'],
    ['tenant_id in CSV', 'id,name,tenant_id\n1,a,x\n', 'text/csv', 1, 'rows[1].tenant_id'],
  ])('that has %s names the row and leaves nothing', async (_, text, type, row, field) => {
    const error = await load(text, type).then(
      () => undefined,
      (refused: unknown) => refused,
    );
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ reason: 'import-refused', extra: { row }, errors: [{ field }] });
    expect(await count()).toBe(0);
    expect((await t.outbox()).filter(({ type: name }) => name === 'RowsChanged')).toEqual([]);
  });

  it.each([
    ['a header with a name twice', 'id,id\n1,2\n', 'text/csv', 'import-refused'],
    ['text that is not UTF-8', 'id,name\n1,\ud800', 'text/csv', undefined],
    ['another type', '<rows/>', 'application/xml', 'unsupported-media-type'],
  ])('that has %s is refused', async (_, text, type, reason) => {
    if (reason) {
      await expect(load(text, type)).rejects.toMatchObject({ reason });
    }
    await expect(
      rows.send(
        importRows,
        { table: 'people', contentType: 'text/csv' },
        { upload: bytes(Buffer.from('id,name\n1,\xff\n', 'latin1')) },
      ),
    ).rejects.toMatchObject({ reason: 'import-refused' });
  });

  it('into a table of another tenant finds no table', async () => {
    await expect(
      t.schema.send(importRows, { table: 'people', contentType: 'text/csv' }, { upload: chunks('id\n1\n') }),
    ).rejects.toMatchObject({ reason: 'not-found' });
  });
});

async function* bytes(all: Uint8Array): AsyncGenerator<Uint8Array> {
  yield all;
}
