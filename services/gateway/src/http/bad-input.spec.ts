import {
  createApiKey,
  createTenant,
  getTenant,
  insertRows,
  listApiKeys,
  listTenants,
  readRows,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { bearer, TestGateway, type TestPerson, type TestTenant } from '../testing/test-gateway.fixture.js';

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  readonly errors: readonly { readonly field: string }[];
}

describe('bad input', () => {
  let gateway: TestGateway;
  let a: TestTenant;
  let staff: TestPerson;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    staff = await gateway.person({ platformRole: 'super_admin' });
    for (const operation of [createApiKey, createTenant, getTenant, insertRows, listApiKeys, listTenants, readRows]) {
      gateway.services.answer(operation, () => ({}));
    }
  });
  afterAll(() => gateway.close());

  const key = { name: 'ci', scopes: ['rows.read'] };
  const text = (value: unknown): string => JSON.stringify(value);
  const post = (payload: string | Buffer, type = 'application/json') =>
    gateway.http.inject({
      method: 'POST',
      url: '/v1/api-keys',
      headers: { ...bearer(a.owner.token), 'content-type': type },
      payload,
    });

  it.each<[string, string | Buffer, number, string]>([
    ['no body', '', 422, 'name'],
    ['half of JSON', '{"name": "ci', 400, 'body'],
    ['a list', '[]', 422, 'body'],
    ['a word', '"ci"', 422, 'body'],
    ['null', 'null', 422, 'name'],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
      400,
      'body',
    ],
    ['an unknown field', text({ ...key, tenantId: 'x' }), 422, 'tenantId'],
    ['a prototype', '{"name":"ci","scopes":["rows.read"],"__proto__":{"admin":true}}', 400, '__proto__'],
    ['a field twice', '{"name":"ci","name":"cd","scopes":["rows.read"]}', 400, 'name'],
    ['a number for a text', text({ ...key, name: 7 }), 422, 'name'],
    ['a text for a list', text({ ...key, scopes: 'rows.read' }), 422, 'scopes'],
    ['an item of another type', text({ ...key, scopes: ['rows.read', {}] }), 422, 'scopes[1]'],
    ['a control character', text({ ...key, name: 'a\u0000b' }), 422, 'name'],
    ['half a surrogate pair', String.raw`{"name":"\ud800","scopes":["rows.read"]}`, 422, 'name'],
    ['a text that is too long', text({ ...key, name: 'x'.repeat(121) }), 422, 'name'],
    ['a text that breaks its pattern', text({ ...key, scopes: ["rows.read'; drop table x"] }), 422, 'scopes[0]'],
    ['a word outside the list', text({ ...key, kind: 'both' }), 422, 'kind'],
    ['no network', text({ ...key, allowedIps: ['10.0.0.0/33'] }), 422, 'allowedIps[0]'],
    ['no time', text({ ...key, expiresAt: 'tomorrow' }), 422, 'expiresAt'],
    ['a number beyond all bounds', '{"name":"ci","scopes":["rows.read"],"expiresAt":1e999}', 400, 'expiresAt'],
    ['an integer that loses digits', '{"name":"ci","scopes":[12345678901234567890]}', 400, 'scopes[0]'],
    ['a thousand levels', `{"name":${'['.repeat(1_000)}${']'.repeat(1_000)}}`, 400, 'name'],
  ])('%s names what is wrong', async (_, payload, status, field) => {
    const answer = await post(payload);
    const problem = answer.json<Problem>();
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
    expect(problem.requestId).toBe(answer.headers['tenantry-request-id']);
    expect(problem.errors.map((error) => error.field).some((named) => named.startsWith(field))).toBe(true);
  });

  it('in any of its bytes is never a 500', async () => {
    const whole = Buffer.from(text({ ...key, allowedIps: ['10.0.0.0/8'], expiresAt: '2030-01-01T00:00:00Z' }));
    for (let at = 0; at < whole.length; at += 3) {
      const edited = Buffer.from(whole);
      edited[at] = (edited[at]! + 101) % 256;
      expect((await post(edited)).statusCode).toBeLessThan(500);
    }
  });

  it.each(['text/plain', 'application/xml', 'application/json; charset=utf-16', 'multipart/form-data; boundary=x', ''])(
    'refuses a body of type %p',
    async (type) => {
      expect((await post(text(key), type)).json()).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    },
  );

  it('refuses a compressed body', async () => {
    const headers = { ...bearer(a.owner.token), 'content-type': 'application/json', 'content-encoding': 'gzip' };
    const answer = await gateway.http.inject({ method: 'POST', url: '/v1/api-keys', headers, payload: text(key) });
    expect(answer.statusCode).toBe(415);
  });

  it('refuses a body larger than the operation takes, before reading it', async () => {
    expect((await post(text({ ...key, name: 'x'.repeat(createApiKey.bodyLimitBytes) }))).json()).toMatchObject({
      status: 413,
      code: 'body-too-large',
    });
  });

  it.each([
    ['limit=abc', 'limit'],
    ['limit=1e9', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=5&limit=6', 'limit'],
    ['limit=99999999999999999999999', 'limit'],
    [`cursor=${'x'.repeat(600)}`, 'cursor'],
    ['cursor=a%00b', 'cursor'],
    ['colour=red', 'colour'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
  ])('in the query string ?%s names %s', async (query, field) => {
    const answer = await gateway.http.inject({ url: `/v1/api-keys?${query}`, headers: bearer(a.owner.token) });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<Problem>().errors.map((error) => error.field)).toContain(field);
  });

  it.each(['limit=%', 'limit=%zz', 'limit=%ff', 'cursor=%c3%28', '%ff=1'])(
    'refuses the query string ?%s as not percent-encoded',
    async (query) => {
      const answer = await gateway.http.inject({ url: `/v1/api-keys?${query}`, headers: bearer(a.owner.token) });
      expect(answer.json()).toMatchObject({ status: 400, code: 'malformed-request', errors: [{ field: 'query' }] });
    },
  );

  it.each(['x', "1' or '1'='1", '%27%3B--', newId().slice(1), '..', '%00'])(
    'refuses the id %p in a path',
    async (id) => {
      const answer = await gateway.http.inject({ url: `/v1/tenants/${encodeURI(id)}`, headers: bearer(staff.token) });
      expect([404, 422]).toContain(answer.statusCode);
    },
  );

  it.each(['/v1/tenants/%', '/v1/tenants/%ff', `/v1/tenants/${'x'.repeat(2_000)}`])(
    'refuses the address %.20s',
    async (url) => {
      const answer = await gateway.http.inject({ url, headers: bearer(staff.token) });
      expect([answer.statusCode >= 400 && answer.statusCode < 500, answer.headers['content-type']]).toEqual([
        true,
        'application/problem+json; charset=utf-8',
      ]);
    },
  );

  it('refuses a field of the path that the body names again', async () => {
    const id = newId();
    const answer = await gateway.http.inject({
      method: 'POST',
      url: `/v1/tenants/${id}/suspend`,
      headers: bearer(staff.token),
      payload: { tenantId: newId() },
    });
    expect(answer.json<Problem>()).toMatchObject({ status: 422, errors: [{ field: 'tenantId' }] });
  });

  it.each(['', 'x'.repeat(256), 'a b', 'schlüssel'])('refuses the Idempotency-Key %.20p', async (idempotencyKey) => {
    const headers = { ...bearer(a.owner.token), 'idempotency-key': idempotencyKey };
    const answer = await gateway.http.inject({ method: 'POST', url: '/v1/api-keys', headers, payload: key });
    expect(answer.json<Problem>()).toMatchObject({ status: 422, errors: [{ field: 'Idempotency-Key' }] });
  });

  it('tells an unknown address from a known one with another method', async () => {
    expect((await gateway.http.inject({ url: '/v1/nothing' })).statusCode).toBe(404);
    const answer = await gateway.http.inject({ method: 'DELETE', url: '/v1/api-keys' });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST, GET, HEAD']);
  });

  it('shows nothing of an unexpected error, and logs it whole', async () => {
    gateway.services.answer(listTenants, () => {
      throw new TypeError('secret internals');
    });
    const answer = await gateway.http.inject({ url: '/v1/tenants', headers: bearer(staff.token) });
    expect(answer.json()).toMatchObject({ status: 500, code: 'internal' });
    expect(answer.body).not.toMatch(/secret|TypeError/);
  });
});
