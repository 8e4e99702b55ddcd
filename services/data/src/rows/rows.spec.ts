import { newId } from '@tenantry/kernel';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const customers = {
  name: 'customers',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'name', type: 'text', nullable: false },
    { name: 'email', type: 'text', unique: true, classification: 'personal' },
    { name: 'joined', type: 'date', default: '2026-01-01' },
    { name: 'notes', type: 'jsonb' },
  ],
};
const invoices = {
  name: 'invoices',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'customer_id', type: 'integer', references: { table: 'customers', column: 'id', onDelete: 'cascade' } },
    { name: 'total', type: 'numeric' },
  ],
};

describe.each(['schema', 'pool'] as const)('the row API of a %s tenant', (mode) => {
  const t = dataTenants();
  let rows: RowsClient;
  let other: RowsClient;

  beforeEach(async () => {
    [rows, other] = mode === 'schema' ? [t.schema, t.pool] : [t.pool, t.schema];
    await rows.createTable(customers);
    await rows.createTable(invoices);
    await rows.post('customers', [
      { id: 1, name: 'Ann', email: 'ann@example.com', notes: { vip: true } },
      { id: 2, name: 'Bob', email: 'bob@example.com', notes: null },
      { id: 3, name: 'Cid', email: null, notes: [1] },
    ]);
    await rows.post('invoices', [
      { id: 10, customer_id: 1, total: 5 },
      { id: 11, customer_id: 1, total: 7.5 },
      { id: 12, customer_id: 2, total: 9 },
    ]);
  });

  it('reads what was written, with the tenant as a column that can be filtered on', async () => {
    const one = await rows.get('customers', `select=*&id=eq.1&tenant_id=eq.${rows.id}`);
    expect(one).toMatchObject({ status: 200, headers: { 'content-range': '0-0/*' } });
    expect(one.json).toEqual([
      { id: 1, name: 'Ann', email: 'ann@example.com', joined: '2026-01-01', notes: { vip: true }, tenant_id: rows.id },
    ]);
  });

  it('pages with an exact count', async () => {
    const page = await rows.get('customers', 'select=id&order=id&limit=1&offset=1', { prefer: 'count=exact' });
    expect(page).toMatchObject({ status: 206, json: [{ id: 2 }], headers: { 'content-range': '1-1/3' } });
    const range = await rows.get('customers', 'select=id&order=id.desc', { prefer: 'count=exact', range: '0-1' });
    expect(range).toMatchObject({ status: 206, json: [{ id: 3 }, { id: 2 }], headers: { 'content-range': '0-1/3' } });
    await expect(rows.get('customers', 'offset=9', { prefer: 'count=exact' })).rejects.toMatchObject({
      extra: { code: 'PGRST103' },
    });
  });

  it('embeds both ways and filters by what is embedded', async () => {
    const down = await rows.get(
      'customers',
      'select=name,invoices(id,total)&order=id&invoices.order=total.desc&invoices.limit=1',
    );
    expect(down.json).toEqual([
      { name: 'Ann', invoices: [{ id: 11, total: 7.5 }] },
      { name: 'Bob', invoices: [{ id: 12, total: 9 }] },
      { name: 'Cid', invoices: [] },
    ]);
    const up = await rows.get('invoices', 'select=id,buyer:customers!inner(name)&buyer.name=eq.Bob', {
      prefer: 'count=exact',
    });
    expect(up).toMatchObject({ json: [{ id: 12, buyer: { name: 'Bob' } }], headers: { 'content-range': '0-0/1' } });
    const without = await rows.get('customers', 'select=name,invoices(id)&invoices=is.null');
    expect(without.json).toEqual([{ name: 'Cid', invoices: [] }]);
  });

  it.each([
    ['id=in.(1,3)', [1, 3]],
    ['email=is.null', [3]],
    ['name=ilike.*N*', [1]],
    ['not.or=(id.eq.1,id.eq.2)', [3]],
    ['id=gt.1&id=lt.3', [2]],
    ['joined=eq.2026-01-01&name=neq.Ann', [2, 3]],
    ['id=in.()', []],
  ])('filters by %s', async (query, ids) => {
    expect((await rows.get('customers', `select=id&order=id&${query}`)).json).toEqual(ids.map((id) => ({ id })));
  });

  it('answers one row as an object, and says when there is not exactly one', async () => {
    const accept = 'application/vnd.pgrst.object+json';
    expect((await rows.get('customers', 'select=name&id=eq.2', { accept })).json).toEqual({ name: 'Bob' });
    await expect(rows.get('customers', 'select=name', { accept })).rejects.toMatchObject({
      reason: 'not-single-row',
      extra: { code: 'PGRST116' },
    });
    const stripped = await rows.get('customers', 'select=name,email&id=eq.3', { accept: `${accept};nulls=stripped` });
    expect(stripped.json).toEqual({ name: 'Cid' });
  });

  it('answers CSV', async () => {
    const csv = await rows.get('customers', 'select=id,email,notes&order=id', { accept: 'text/csv' });
    expect(csv.text).toBe('id,email,notes\r\n1,ann@example.com,"{""vip"":true}"\r\n2,bob@example.com,\r\n3,,[1]\r\n');
  });

  it('inserts, shows what was inserted and where it is', async () => {
    const shown = await rows.post(
      'customers',
      { id: 4, name: 'Dee' },
      { prefer: 'return=representation' },
      'select=id,joined,invoices(id)',
    );
    expect(shown).toMatchObject({ status: 201, json: [{ id: 4, joined: '2026-01-01', invoices: [] }] });
    const headers = await rows.post('customers', { id: 5, name: 'Eve' }, { prefer: 'return=headers-only' });
    expect(headers).toMatchObject({ status: 201, text: '', headers: { location: '/rest/v1/customers?id=eq.5' } });
    const minimal = await rows.post(
      'customers',
      [
        { id: 6, name: 'Flo' },
        { id: 7, name: 'Gus' },
      ],
      { prefer: 'count=exact' },
    );
    expect(minimal).toMatchObject({ status: 201, text: '', headers: { 'content-range': '*/2' } });
    expect((await rows.post('customers', [])).status).toBe(201);
  });

  it('takes only the named columns, and defaults where a row leaves one out', async () => {
    const body = [
      { id: 8, name: 'Hal', joined: '2020-02-02', extra: 1 },
      { id: 9, name: 'Ida' },
    ];
    const query = 'columns="id","name","joined"&select=id,joined';
    const inserted = await rows.post('customers', body, { prefer: 'return=representation,missing=default' }, query);
    expect(inserted.json).toEqual([
      { id: 8, joined: '2020-02-02' },
      { id: 9, joined: '2026-01-01' },
    ]);
  });

  it('upserts by the key or by a unique column', async () => {
    const merge = { prefer: 'resolution=merge-duplicates,return=representation' };
    expect(await rows.post('customers', { id: 1, name: 'Anna' }, merge, 'select=name,email')).toMatchObject({
      status: 200,
      json: [{ name: 'Anna', email: 'ann@example.com' }],
    });
    expect(
      await rows.post(
        'customers',
        { id: 1, name: 'Bobby', email: 'bob@example.com' },
        { prefer: 'resolution=ignore-duplicates,return=representation' },
        'on_conflict=email',
      ),
    ).toMatchObject({ json: [] });
    await expect(rows.post('customers', { id: 1, name: 'x' }, merge, 'on_conflict=name')).rejects.toMatchObject({
      extra: { code: '42P10' },
    });
  });

  it('updates and deletes what the filter chooses, and never everything by accident', async () => {
    const updated = await rows.patch(
      'customers',
      'id=gt.1&select=id,name&order=id',
      { name: 'Same' },
      { prefer: 'return=representation' },
    );
    expect(updated).toMatchObject({
      status: 200,
      json: [
        { id: 2, name: 'Same' },
        { id: 3, name: 'Same' },
      ],
    });
    expect(await rows.patch('customers', 'id=eq.1', { notes: null })).toMatchObject({ status: 204, text: '' });
    expect(await rows.delete('customers', 'id=eq.3', { prefer: 'return=representation' })).toMatchObject({
      status: 200,
      json: [{ id: 3 }],
    });
    await expect(rows.patch('customers', '', { name: 'x' })).rejects.toMatchObject({ extra: { code: '21000' } });
    await expect(rows.delete('customers', '')).rejects.toMatchObject({ extra: { code: '21000' } });
    await expect(
      rows.delete('customers', 'id=gt.0', { prefer: 'handling=strict,max-affected=1' }),
    ).rejects.toMatchObject({ extra: { code: 'PGRST124' } });
    expect((await rows.get('customers', 'select=id&order=id')).json).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it.each<[string, unknown, string, string | undefined]>([
    ['a value of the wrong type', { id: 'one', name: 'x' }, 'invalid-input', 'id'],
    ['a missing value', { id: 20, name: null }, 'not-null-violation', 'name'],
    ['a key that exists', { id: 1, name: 'x' }, 'unique-violation', 'id'],
    ['a unique value that exists', { id: 20, name: 'x', email: 'ann@example.com' }, 'unique-violation', 'email'],
    ['a column that is not there', { id: 20, name: 'x', nope: 1 }, 'malformed-request', 'nope'],
    ['another tenant’s id', { id: 20, name: 'x', tenant_id: newId() }, 'forbidden', 'tenant_id'],
    ['rows with different columns', [{ id: 20, name: 'x' }, { id: 21 }], 'malformed-request', '[1]'],
    ['a row that is no object', [1], 'malformed-request', '[0]'],
    ['a member given twice', '{"id":1,"id":2}', 'malformed-request', 'id'],
    ['broken JSON', '{"id":', 'malformed-request', undefined],
    ['a character that can not be stored', { id: 20, name: 'a\u0000b' }, 'invalid-input', 'name'],
  ])('refuses %s, names it and changes nothing', async (_, body, reason, field) => {
    const refused = rows.post('customers', body);
    await expect(refused).rejects.toMatchObject({ reason, ...(field ? { errors: [{ field }] } : {}) });
    expect((await rows.get('customers', 'select=id')).json).toHaveLength(3);
  });

  it('refuses a reference to nothing', async () => {
    await expect(rows.post('invoices', { id: 1, customer_id: 99, total: 1 })).rejects.toMatchObject({
      reason: 'foreign-key-violation',
      errors: [{ field: 'customer_id' }],
      extra: { code: '23503' },
    });
  });

  it('tells of every changed row, also of those that a foreign key deletes', async () => {
    await rows.patch('customers', 'id=eq.1', { name: 'Ann', notes: [2] });
    await rows.delete('customers', 'id=eq.1');
    const events = (await t.outbox()).filter(({ type, tenantId }) => type === 'RowsChanged' && tenantId === rows.id);
    const [update, deletion] = events.slice(-2);
    expect(update).toMatchObject({ table: 'customers', cause: 'update', rows: '1' });
    expect(update?.changes).toEqual([
      { resource: 'customers', id: '1', action: 'update', old: { notes: '{"vip":true}' }, new: { notes: '[2]' } },
    ]);
    expect(deletion?.changes).toHaveLength(3);
    expect(deletion?.changes).toEqual(
      expect.arrayContaining([
        { resource: 'invoices', id: '10', action: 'delete', old: { id: 10, customer_id: 1, total: 5 } },
        expect.objectContaining({ resource: 'customers', id: '1', action: 'delete' }),
      ]),
    );
  });

  it('never tells a classified value in clear', async () => {
    const [, first] = (await t.outbox()).filter(({ type }) => type === 'RowsChanged');
    const text = JSON.stringify((await t.outbox()).filter(({ type }) => type === 'RowsChanged'));
    expect(first).toBeDefined();
    expect(text).not.toContain('ann@example.com');
    expect(text).toMatch(/"email":\{"sealed":"tny1\.s\.[0-9a-f-]{36}\.[\w-]+","commitment":"[\w-]+"\}/);
  });

  it('shows and changes nothing of another tenant', async () => {
    await expect(other.get('customers')).rejects.toMatchObject({ reason: 'not-found' });
    await other.createTable(customers);
    await other.post('customers', { id: 1, name: 'Zoe' });
    expect((await other.get('customers', `select=name&tenant_id=eq.${rows.id}`)).json).toEqual([]);
    await other.delete('customers', 'id=gt.0');
    expect((await rows.get('customers', 'select=id')).json).toHaveLength(3);
  });
});
