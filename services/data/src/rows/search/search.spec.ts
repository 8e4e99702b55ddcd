import { createProductTable, dropColumn, addColumn, importRows } from '@tenantry/contracts';
import { dataTenants, type RowsClient } from '../../testing/data.fixture.js';

const patients = {
  name: 'patients',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'name', type: 'text' },
    { name: 'ssn', type: 'text', classification: 'phi', searchable: true },
    { name: 'born', type: 'date', classification: 'phi', searchable: true },
    { name: 'pin', type: 'integer', classification: 'secret', searchable: true },
    { name: 'note', type: 'text', classification: 'phi' },
  ],
};
const ann = { id: 1, name: 'Ann', ssn: '999-76-6866', born: '1989-05-25', pin: 7, note: 'n' };
const bob = { id: 2, name: 'Bob', ssn: '000-11-2222', born: '1989-05-25', pin: 8, note: null };
const cyd = { id: 3, name: 'Cyd', ssn: null, born: null, pin: null, note: null };

describe('a search by encrypted columns', () => {
  const t = dataTenants();
  let rows: RowsClient;

  beforeEach(async () => {
    rows = t.pool;
    await rows.createTable(patients);
    await rows.post('patients', [ann, bob, cyd]);
  });

  const place = (): string => `"${t.schemaOf(rows.id)}".patients`;
  const names = async (query: string, client = rows): Promise<unknown> =>
    ((await client.search('patients', `select=name&order=id&${query}`)).json as { name: string }[]).map(
      ({ name }) => name,
    );
  const blindOf = async (id: number): Promise<number | null> => {
    const [row] = await t.database.admin<{ blind: number }>(
      `select "ssn$blind" as blind from ${place()} where id = $1`,
      [id],
    );
    return row!.blind;
  };
  /** Makes one row look like another one to whoever knows only blind indexes, as one pair in 65,536 does. */
  const makeAlike = (id: number, other: number): Promise<unknown> =>
    t.database.admin(
      `begin; set local session_replication_role = replica;
       update ${place()} set "ssn$blind" = (select "ssn$blind" from ${place()} where id = ${other}) where id = ${id}; commit`,
    );
  const reads = async (): Promise<unknown[]> =>
    (await t.outbox()).filter(({ type }) => type === 'RowsRead').flatMap(({ changes }) => changes as unknown[]);

  it.each([
    ['ssn=eq.999-76-6866', ['Ann']],
    ['ssn=eq.999', []],
    ['ssn=in.(000-11-2222,"999-76-6866",x)', ['Ann', 'Bob']],
    ['born=eq.1989-05-25&name=eq.Bob', ['Bob']],
    ['pin=eq.%2B08', ['Bob']],
    ['born=eq.1989-05-25&pin=in.(7,9)', ['Ann']],
    ['ssn=neq.000-11-2222', ['Ann']],
    ['ssn=not.eq.000-11-2222', ['Ann']],
    ['ssn=not.in.(000-11-2222,x)', ['Ann']],
    ['or=(ssn.eq.999-76-6866,name.eq.Cyd)', ['Ann', 'Cyd']],
    ['not.or=(ssn.eq.999-76-6866,name.eq.Zoe)', ['Bob']],
    ['and=(ssn.eq.999-76-6866,name.eq.Cyd)', []],
    ['ssn=in.()', []],
    ['ssn=is.null', ['Cyd']],
  ])('finds what a search without encryption finds: %s', async (query, found) => {
    expect(await names(query)).toEqual(found);
  });

  it('shows what was asked for and nothing else, and opens it', async () => {
    const { json } = await rows.search('patients', 'ssn=eq.999-76-6866&select=ssn,note');
    expect(json).toEqual([{ ssn: '999-76-6866', note: 'n' }]);
    const one = await rows.search('patients', 'ssn=eq.999-76-6866', { accept: 'application/vnd.pgrst.object+json' });
    expect(one.json).toEqual({ ...ann, tenant_id: rows.id });
  });

  it('finds the rows of the tenant that asks, whose indexes nobody else’s resemble', async () => {
    await t.schema.createTable(patients);
    await t.schema.post('patients', { id: 9, name: 'Zoe', ssn: '999-76-6866' });
    expect(await names('ssn=eq.999-76-6866', t.schema)).toEqual(['Zoe']);
    expect(await names('ssn=eq.999-76-6866')).toEqual(['Ann']);
    await t.schema.post('patients', { id: 10, name: 'Yan', ssn: '1' });
    await rows.post('patients', [{ id: 10, name: 'Xia', ssn: '1' }]);
    const blind = `select "ssn$blind" as blind from "${t.schemaOf(t.a.id)}".patients order by id`;
    const ofA = (await t.database.admin<{ blind: number }>(blind)).map((row) => row.blind);
    expect(ofA).not.toEqual([await blindOf(1), await blindOf(10)]);
  });

  it('finds rows of product tables, wherever they are', async () => {
    const table = { name: 'charts', columns: patients.columns };
    await t.bus.call(createProductTable, table, t.staff);
    await t.bus.runSchedule('product-rollout');
    for (const client of [t.pool, t.schema]) {
      await client.post('charts', [ann, bob]);
      expect((await client.search('charts', 'ssn=eq.000-11-2222&select=id')).json).toEqual([{ id: 2 }]);
    }
  });

  it('leaves out rows that only look alike, and records no reading of them', async () => {
    await makeAlike(2, 1);
    expect(await names('ssn=eq.999-76-6866')).toEqual(['Ann']);
    expect(await reads()).toEqual([{ resource: 'patients', id: '1', action: 'read' }]);
  });

  it('counts and cuts pages as if nobody looked alike', async () => {
    await rows.post(
      'patients',
      [4, 5, 6].map((id) => ({ ...ann, id, name: `Ann ${id}` })),
    );
    await makeAlike(2, 1);
    const page = (query: string) =>
      rows.search('patients', `ssn=eq.999-76-6866&select=id&order=id&${query}`, { prefer: 'count=exact' });
    const all = await page('');
    expect(all).toMatchObject({
      json: [{ id: 1 }, { id: 4 }, { id: 5 }, { id: 6 }],
      headers: { 'content-range': '0-3/4' },
    });
    const middle = await page('limit=2&offset=1');
    expect(middle).toMatchObject({ json: [{ id: 4 }, { id: 5 }], headers: { 'content-range': '1-2/4' } });
    const full = await page('limit=4');
    expect(full).toMatchObject({
      json: [{ id: 1 }, { id: 4 }, { id: 5 }, { id: 6 }],
      headers: { 'content-range': '0-3/4' },
    });
  });

  it('is a read of the rows that it finds, whether or not their values are shown', async () => {
    await names('ssn=eq.999-76-6866');
    await names('ssn=eq.nobody');
    expect(await reads()).toEqual([{ resource: 'patients', id: '1', action: 'read' }]);
    const [read] = (await t.outbox()).filter(({ type }) => type === 'RowsRead');
    expect(read).toMatchObject({ table: 'patients', columns: ['patients.ssn'] });
  });

  it('finds what was updated, upserted, emptied and imported', async () => {
    await rows.patch('patients', 'name=in.(Ann,Cyd)', { ssn: 'new' });
    expect(await names('ssn=eq.new')).toEqual(['Ann', 'Cyd']);
    expect(await names('ssn=eq.999-76-6866')).toEqual([]);
    await rows.post('patients', { id: 2, ssn: 'upserted' }, { prefer: 'resolution=merge-duplicates' });
    expect(await names('ssn=eq.upserted')).toEqual(['Bob']);
    await rows.patch('patients', 'id=eq.1', { ssn: null });
    expect([await names('ssn=eq.new'), await blindOf(1)]).toEqual([['Cyd'], null]);
    const upload = (async function* () {
      yield Buffer.from('id,name,ssn\n7,Eve,imported\n8,Fay,\n');
    })();
    await rows.send(importRows, { table: 'patients', contentType: 'text/csv' }, { upload });
    expect(await names('ssn=eq.imported')).toEqual(['Eve']);
  });

  it('takes no blind index from a caller', async () => {
    await expect(rows.post('patients', { id: 4, ssn$blind: 5 })).rejects.toMatchObject({ reason: 'malformed-request' });
    await rows.post('patients', { id: 4, ssn: null, ssn$blind: 5 }, {}, 'columns=id,ssn');
    expect(await blindOf(4)).toBeNull();
    await expect(rows.get('patients', 'select=ssn$blind')).rejects.toMatchObject({ reason: 'malformed-request' });
  });

  it('leaves no index in events or answers', async () => {
    await rows.patch('patients', 'id=eq.1', { ssn: 'x' });
    const shown = await rows.get('patients', 'select=*');
    expect(JSON.stringify([await t.outbox(), shown.text])).not.toContain('$blind');
  });

  it.each([
    ['ssn=gt.1', 'ssn'],
    ['ssn=like.1*', 'ssn'],
    ['note=eq.n', 'note'],
    ['born=eq.yesterday', 'born'],
    ['order=ssn', 'order'],
  ])('refuses %s', async (query, field) => {
    await expect(rows.search('patients', query)).rejects.toMatchObject({
      reason: 'invalid-input',
      errors: [{ field }],
    });
  });

  it('is never in an address, and says where it is', async () => {
    const refused = { reason: 'invalid-input', detail: expect.stringContaining('POST /rest/v1/patients/search') };
    await expect(rows.get('patients', 'ssn=eq.1')).rejects.toMatchObject(refused);
    await expect(rows.patch('patients', 'ssn=eq.1', { name: 'x' })).rejects.toMatchObject(refused);
    await expect(rows.delete('patients', 'ssn=in.(1)')).rejects.toMatchObject(refused);
  });

  it('is for those who may see the column', async () => {
    const access = [{ to: ['staff'], actions: ['select'], columns: ['id', 'name'] }];
    await rows.createTable({ ...patients, name: 'limited', access } as never);
    await rows.post('limited', ann);
    await expect(rows.as('staff').search('limited', 'ssn=eq.999-76-6866&select=id')).rejects.toMatchObject({
      reason: 'forbidden',
    });
    expect((await rows.search('limited', 'ssn=eq.999-76-6866&select=id')).json).toEqual([{ id: 1 }]);
  });

  it('refuses columns that are open, or whose values have many spellings', async () => {
    const create = (column: object) =>
      rows.createTable({ name: 'other', columns: [{ name: 'x', searchable: true, ...column }] } as never);
    for (const column of [
      { type: 'text' },
      { type: 'numeric', classification: 'phi' },
      { type: 'boolean', classification: 'phi' },
      { type: 'text[]', classification: 'phi' },
    ]) {
      await expect(create(column)).rejects.toMatchObject({ errors: [{ field: 'columns[0].searchable' }] });
    }
    const long = create({ name: 'x'.repeat(58), type: 'text', classification: 'phi' });
    await expect(long).rejects.toMatchObject({ errors: [{ field: 'columns[0].name' }] });
  });

  it('begins with a column that is added and ends with one that is dropped', async () => {
    const ctx = rows.context();
    const column = { table: 'patients', name: 'mail', type: 'text', classification: 'phi', searchable: true };
    await t.bus.call(addColumn, column, ctx);
    await rows.patch('patients', 'id=eq.3', { mail: 'cyd@example.com' });
    expect(await names('mail=eq.cyd@example.com')).toEqual(['Cyd']);
    await t.bus.call(dropColumn, { table: 'patients', column: 'mail' }, ctx);
    const left = `select from pg_attribute where attrelid = '${place()}'::regclass and attname like 'mail%' and not attisdropped`;
    expect(await t.database.admin(left)).toEqual([]);
    await rows.patch('patients', 'id=eq.3', { name: 'Still here' });
  });
});
