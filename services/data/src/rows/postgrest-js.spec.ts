import { PostgrestClient } from '@supabase/postgrest-js';
import { deleteRows, insertRows, readRows, updateRows } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const operations = { GET: readRows, HEAD: readRows, POST: insertRows, PATCH: updateRows, DELETE: deleteRows };

/** Carries the client's requests to the row API as the gateway does. */
function fetchTo(rows: RowsClient): typeof fetch {
  return async (input, init) => {
    const request = new Request(input as string, init);
    const url = new URL(request.url);
    const method = request.method as keyof typeof operations;
    const reads = method === 'GET' || method === 'HEAD';
    const writes = method === 'POST' || method === 'PATCH';
    const header = (name: string): string => request.headers.get(name) ?? '';
    try {
      const { status, headers, text } = await rows.send(operations[method], {
        table: url.pathname.split('/').at(-1),
        query: url.search.slice(1),
        prefer: header('prefer'),
        accept: header('accept'),
        profile: header(reads ? 'accept-profile' : 'content-profile'),
        ...(reads ? { range: header('range'), head: method === 'HEAD' } : {}),
        ...(writes
          ? { contentType: header('content-type'), body: Buffer.from(await request.text()).toString('base64') }
          : {}),
      });
      return new Response(status === 204 || text === '' ? null : text, { status, headers });
    } catch (error) {
      const { status, detail, extra } = error as Fault;
      return new Response(JSON.stringify({ message: detail, details: null, hint: null, ...extra }), { status });
    }
  };
}

describe('the unmodified @supabase/postgrest-js', () => {
  const t = dataTenants();
  let client: PostgrestClient;

  beforeEach(async () => {
    client = new PostgrestClient('http://gateway/rest/v1', { fetch: fetchTo(t.schema.as('owner')), schema: 'public' });
    const key = { name: 'id', type: 'integer', primaryKey: true };
    await t.schema.createTable({
      name: 'customers',
      columns: [key, { name: 'name', type: 'text' }, { name: 'city', type: 'text' }],
    });
    await t.schema.createTable({
      name: 'invoices',
      columns: [
        key,
        { name: 'customer_id', type: 'integer', references: { table: 'customers', column: 'id' } },
        { name: 'total', type: 'numeric' },
      ],
    });
    const rows = [1, 2, 3, 4, 5].map((id) => ({ id, name: `C${id}`, city: id % 2 ? 'Oslo' : null }));
    expect(await client.from('customers').insert(rows)).toMatchObject({ error: null, status: 201 });
    const lines = [10, 11, 12].map((id) => ({ id, customer_id: id - 9, total: id / 2 }));
    expect(await client.from('invoices').insert(lines).select('id')).toMatchObject({
      error: null,
      data: [{ id: 10 }, { id: 11 }, { id: 12 }],
    });
  });

  it('filters, orders and pages with a count', async () => {
    const page = await client
      .from('customers')
      .select('id', { count: 'exact' })
      .order('id', { ascending: false })
      .range(1, 2);
    expect(page).toMatchObject({ error: null, count: 5, data: [{ id: 4 }, { id: 3 }], status: 206 });
    const filtered = await client
      .from('customers')
      .select('id')
      .not('city', 'is', null)
      .or('id.eq.1,name.in.(C3,"C,5")')
      .neq('id', 9)
      .order('id');
    expect(filtered.data).toEqual([{ id: 1 }, { id: 3 }]);
    expect((await client.from('customers').select('id').match({ city: 'Oslo', id: 5 })).data).toEqual([{ id: 5 }]);
    expect(await client.from('customers').select('*', { count: 'exact', head: true })).toMatchObject({
      error: null,
      count: 5,
      data: null,
    });
  });

  it('joins through foreign keys', async () => {
    const down = await client.from('customers').select('name, invoices ( id, total )').order('id').limit(1);
    expect(down.data).toEqual([{ name: 'C1', invoices: [{ id: 10, total: 5 }] }]);
    const up = await client.from('invoices').select('id, customers!inner(name)').eq('customers.name', 'C2');
    expect(up.data).toEqual([{ id: 11, customers: { name: 'C2' } }]);
    const ordered = await client
      .from('customers')
      .select('id,invoices(id)')
      .order('id')
      .order('total', { referencedTable: 'invoices' })
      .limit(1, { referencedTable: 'invoices' })
      .limit(1);
    expect(ordered.data).toEqual([{ id: 1, invoices: [{ id: 10 }] }]);
  });

  it('asks for one row, or perhaps one', async () => {
    expect((await client.from('customers').select('name').eq('id', 3).single()).data).toEqual({ name: 'C3' });
    expect((await client.from('customers').select('name').eq('id', 99).maybeSingle()).data).toBeNull();
    const none = await client.from('customers').select('name').eq('id', 99).single();
    expect(none).toMatchObject({ data: null, status: 406, error: { code: 'PGRST116' } });
  });

  it('upserts, updates and deletes', async () => {
    const upserted = await client
      .from('customers')
      .upsert(
        [
          { id: 1, name: 'New' },
          { id: 6, name: 'Six' },
        ],
        { onConflict: 'id' },
      )
      .select('id,name,city')
      .order('id');
    expect(upserted.data).toEqual([
      { id: 1, name: 'New', city: 'Oslo' },
      { id: 6, name: 'Six', city: null },
    ]);
    expect(
      (await client.from('customers').upsert({ id: 1, name: 'Kept out' }, { ignoreDuplicates: true }).select()).data,
    ).toEqual([]);
    expect(
      (await client.from('customers').update({ city: 'Bergen' }).eq('id', 6).select('city').single()).data,
    ).toEqual({ city: 'Bergen' });
    const deleted = await client.from('customers').delete({ count: 'exact' }).gte('id', 4);
    expect(deleted).toMatchObject({ error: null, count: 3, status: 204 });
  });

  it('reads errors as PostgREST gives them', async () => {
    const taken = await client.from('customers').insert({ id: 1, name: 'again' });
    expect(taken).toMatchObject({
      status: 409,
      error: { code: '23505', message: expect.stringContaining('id'), hint: null },
    });
    expect((await client.from('customers').select('nope')).error).toMatchObject({ code: '42703' });
    expect((await client.from('customers').select('id').textSearch('name', 'x')).error).toMatchObject({
      message: expect.stringContaining('not supported'),
    });
  });
});
