import { exportRows, importRows } from '@tenantry/contracts';
import { dataTenants } from '../testing/data.fixture.js';

const COUNT = 1_234;
const MORE_THAN_CONNECTIONS = 5;

async function* lines(): AsyncGenerator<Uint8Array> {
  for (let id = 1; id <= COUNT; id++) {
    yield Buffer.from(`${JSON.stringify({ id, name: `p${id}`, ssn: id % 400 === 0 ? `s${id}` : null })}\n`);
  }
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe('an export', () => {
  const t = dataTenants();

  beforeEach(async () => {
    await t.schema.createTable({
      name: 'people',
      columns: [
        { name: 'id', type: 'integer', primaryKey: true },
        { name: 'name', type: 'text' },
        { name: 'ssn', type: 'text', classification: 'phi' },
      ],
    });
    await t.schema.send(importRows, { table: 'people', contentType: 'application/x-ndjson' }, { upload: lines() });
  });

  it('gives all rows as NDJSON, beyond the size of a page', async () => {
    const { text, headers } = await t.schema.send(exportRows, { table: 'people', query: 'select=id,name&order=id' });
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(rows).toHaveLength(COUNT);
    expect([rows[0], rows.at(-1)]).toEqual([
      { id: 1, name: 'p1' },
      { id: COUNT, name: `p${COUNT}` },
    ]);
    expect(headers['content-type']).toBe('application/x-ndjson; charset=utf-8');
  });

  it('gives CSV, filtered', async () => {
    const { text } = await t.schema.send(exportRows, {
      table: 'people',
      query: 'select=id,name&id=lte.2&order=id',
      accept: 'text/csv',
    });
    expect(text).toBe('id,name\r\n1,p1\r\n2,p2\r\n');
  });

  it('gives CSV that no spreadsheet runs, and that an import reads as it was; as it is for who asks for that', async () => {
    const names = ['=cmd()', "'=x", '-1', 'plain'];
    await t.schema.delete('people', 'id=gt.0');
    await t.schema.post(
      'people',
      names.map((name, id) => ({ id, name })),
    );
    const query = 'select=id,name&order=id';
    const guarded = await t.schema.send(exportRows, { table: 'people', query, accept: 'text/csv' });
    expect(guarded.text).toBe("id,name\r\n0,'=cmd()\r\n1,''=x\r\n2,'-1\r\n3,plain\r\n");
    const exact = await t.schema.send(exportRows, { table: 'people', query, accept: 'text/csv; escape=none' });
    expect(exact.text).toBe("id,name\r\n0,=cmd()\r\n1,'=x\r\n2,-1\r\n3,plain\r\n");
    for (const [{ text }, contentType] of [
      [guarded, 'text/csv; charset=utf-8'],
      [exact, 'text/csv; escape="none"'],
    ] as const) {
      await t.schema.delete('people', 'id=gte.0');
      await t.schema.send(importRows, { table: 'people', contentType }, { upload: bytesOf(text) });
      const { json } = await t.schema.get('people', 'select=name&order=id');
      expect(json).toEqual(names.map((name) => ({ name })));
    }
    await expect(t.schema.send(exportRows, { table: 'people', accept: 'text/csv; escape=all' })).rejects.toMatchObject({
      reason: 'query-not-supported',
    });
  });

  it('opens encrypted values and leaves a trace of each row', async () => {
    const { text } = await t.schema.send(exportRows, { table: 'people', query: 'select=id,ssn&order=id' });
    expect(text).toContain('{"id":400,"ssn":"s400"}');
    const reads = (await t.outbox()).filter(({ type }) => type === 'RowsRead').flatMap(({ changes }) => changes);
    expect(reads).toEqual([400, 800, 1200].map((id) => ({ resource: 'people', id: String(id), action: 'read' })));
  });

  it('tells once that health information leaves, and nothing when none does', async () => {
    await t.schema.send(exportRows, { table: 'people', query: 'select=id,name' });
    const told = async () => (await t.outbox()).filter(({ type }) => type === 'HealthDataExported');
    expect(await told()).toEqual([]);
    await t.schema.send(exportRows, { table: 'people', query: 'select=id,ssn&order=id' });
    expect(await told()).toMatchObject([{ tenantId: t.a.id, table: 'people', columns: ['people.ssn'] }]);
  });

  it('is for those whom the tenant’s export rules name, when they name anybody', async () => {
    const rule = (exportRoles: readonly string[]): void => {
      const { policies } = t.bus.directories;
      const version = (policies.get(t.a.id)?.version ?? 0) + 1;
      policies.put(t.a.id, { version, allowedIps: [], corsOrigins: [], ratePerS: null, burst: null, exportRoles });
    };
    const by = (role: string) => t.schema.as(role).send(exportRows, { table: 'people', query: 'id=eq.1' });
    rule(['admin', 'keys']);
    for (const role of ['admin', 'secret_key']) expect((await by(role)).text).toContain('"p1"');
    for (const role of ['owner', 'staff', 'support']) {
      await expect(by(role)).rejects.toMatchObject({ reason: 'forbidden' });
    }
    expect((await t.schema.as('staff').get('people', 'id=eq.1')).status).toBe(200);
    rule([]);
    expect((await by('staff')).text).toContain('"p1"');
  });

  it('gives its connection back when nobody reads it', async () => {
    for (let times = 0; times < MORE_THAN_CONNECTIONS; times++) {
      const { body } = await t.bus.send(exportRows, JSON.stringify({ table: 'people' }), t.schema.context());
      await body![Symbol.asyncIterator]().return?.();
    }
    expect((await t.schema.get('people', 'limit=1')).status).toBe(200);
  });

  it('gives its connection back when it starts anew because the tables have changed', async () => {
    for (let times = 0; times < MORE_THAN_CONNECTIONS; times++) {
      await t.database.admin('update data.space set version = version + 1 where tenant_id = $1', [t.a.id]);
      expect((await t.schema.send(exportRows, { table: 'people', query: 'id=eq.1' })).text).toContain('"p1"');
    }
  });

  it('of a table that is not there, or by a wrong filter, is refused before it starts', async () => {
    await expect(t.pool.send(exportRows, { table: 'people' })).rejects.toMatchObject({ reason: 'not-found' });
    await expect(t.schema.send(exportRows, { table: 'people', query: 'id=eq.x' })).rejects.toMatchObject({
      reason: 'invalid-input',
    });
  });
});
