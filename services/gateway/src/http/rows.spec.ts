import {
  deleteRows,
  exportRows,
  insertRows,
  readRows,
  Reply,
  searchRows,
  suspendTenantSchema,
  updateRows,
} from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('the row API', () => {
  let gateway: TestGateway;
  let a: TestTenant;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    for (const operation of [deleteRows, insertRows, readRows, searchRows, updateRows])
      gateway.services.answer(operation, () => new Reply(Buffer.from('[]')));
  });
  afterAll(() => gateway.close());

  const send = (
    method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    headers: Record<string, string> = {},
    payload?: string,
  ) => gateway.http.inject({ method, url, headers: { ...bearer(a.owner.token), ...headers }, payload });

  it('hands a read on as it came', async () => {
    await send('GET', '/rest/v1/tracks?select=*,album(title)&name=eq.a%2Cb', {
      prefer: 'count=exact',
      range: '0-9',
      accept: 'application/json',
      'accept-profile': 'public',
    });
    expect(gateway.services.lastCall).toMatchObject({
      operation: 'ReadRows',
      input: {
        table: 'tracks',
        query: 'select=*,album(title)&name=eq.a%2Cb',
        prefer: 'count=exact',
        range: '0-9',
        accept: 'application/json',
        profile: 'public',
        head: false,
      },
    });
  });

  it('tells a HEAD from a GET', async () => {
    gateway.services.answer(readRows, () => new Reply(Buffer.alloc(0), { headers: { 'content-range': '0-24/3573' } }));
    const answer = await send('HEAD', '/rest/v1/tracks');
    expect([answer.statusCode, answer.headers['content-range'], answer.body]).toEqual([200, '0-24/3573', '']);
    expect(gateway.services.lastCall.input).toMatchObject({ head: true });
  });

  it.each([
    ['InsertRows', 'POST', '/rest/v1/tracks?columns=id'],
    ['UpdateRows', 'PATCH', '/rest/v1/tracks?id=eq.1'],
    ['SearchRows', 'POST', '/rest/v1/tracks/search'],
  ] as const)('hands the body of %s on byte by byte', async (operation, method, url) => {
    const body = '[{"id": 12345678901234567890, "é": 1.0}]';
    await send(method, url, { 'content-type': 'application/json' }, body);
    const { input } = gateway.services.lastCall as { input: Record<string, string> };
    expect(gateway.services.lastCall.operation).toBe(operation);
    expect([Buffer.from(input.body!, 'base64').toString(), input.contentType]).toEqual([body, 'application/json']);
  });

  it('refuses a body where there is nothing to do with one', async () => {
    expect((await send('DELETE', '/rest/v1/tracks?id=eq.1')).statusCode).toBe(200);
    const answer = await send('DELETE', '/rest/v1/tracks?id=eq.1', { 'content-type': 'application/json' }, '{}');
    expect(answer.json()).toMatchObject({ status: 422, errors: [{ field: 'body' }] });
  });

  it('passes on status, bytes and the headers that belong to the answer, no others', async () => {
    const headers = {
      'Content-Range': '0-0/*',
      'Preference-Applied': 'return=minimal',
      'Set-Cookie': 'a=b',
      Connection: 'close',
      'Content-Type': 'application/vnd.pgrst.object+json',
    };
    gateway.services.answer(insertRows, () => new Reply(Buffer.from('{"id":1}'), { status: 201, headers }));
    const answer = await send('POST', '/rest/v1/tracks', { 'content-type': 'application/json' }, '{}');
    expect([answer.statusCode, answer.body]).toEqual([201, '{"id":1}']);
    expect(answer.headers).toMatchObject({
      'content-range': '0-0/*',
      'preference-applied': 'return=minimal',
      'content-type': 'application/vnd.pgrst.object+json',
    });
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('speaks of problems as PostgREST’s clients expect', async () => {
    gateway.services.answer(insertRows, () => {
      throw new Fault('unique-violation', {
        detail: 'Key exists',
        extra: { code: '23505', details: 'id', hint: null },
      });
    });
    const answer = await send('POST', '/rest/v1/tracks', { 'content-type': 'application/json' }, '{}');
    expect(answer.json()).toMatchObject({
      status: 409,
      code: '23505',
      message: 'Key exists',
      details: 'id',
      hint: null,
    });
    expect((await gateway.http.inject({ url: '/rest/v1/tracks' })).json()).toMatchObject({
      status: 401,
      code: 'unauthenticated',
      message: expect.any(String) as string,
    });
  });

  it('answers an unknown table and another tenant’s alike', async () => {
    gateway.services.answer(readRows, ({ input }) => {
      const { table } = input as { table: string };
      throw new Fault('not-found', {
        detail: `${table} is not here`,
        extra: { code: 'PGRST205', hint: `Perhaps you meant ${table}s` },
      });
    });
    const [one, other] = await Promise.all([send('GET', '/rest/v1/patients'), send('GET', '/rest/v1/nothing')]);
    const bare = (answer: typeof one) => ({ ...answer.json<object>(), requestId: '' });
    expect(bare(one)).toEqual(bare(other));
  });

  it('streams an export', async () => {
    gateway.services.answer(exportRows, () => {
      async function* rows() {
        for (let id = 0; id < 3; id++) yield Buffer.from(`{"id":${id}}\n`);
      }
      return new Reply(rows() as unknown as Uint8Array, { headers: { 'content-type': 'application/x-ndjson' } });
    });
    const answer = await send('GET', '/rest/v1/tracks/export?select=id');
    expect([answer.headers['content-type'], answer.body]).toEqual([
      'application/x-ndjson',
      '{"id":0}\n{"id":1}\n{"id":2}\n',
    ]);
  });

  it('reaches functions by their declared addresses', async () => {
    const staff = await gateway.person({ platformRole: 'super_admin' });
    gateway.services.answer(suspendTenantSchema, () => ({ status: 'suspended' }));
    const answer = await gateway.http.inject({
      method: 'POST',
      url: '/rest/v1/rpc/suspend_tenant',
      headers: bearer(staff.token),
      payload: { tenant_id: a.id },
    });
    expect(answer.json()).toMatchObject({ status: 'suspended' });
  });
});
