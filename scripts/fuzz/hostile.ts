import type { Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import { caseOf, encodeText, type Case } from './case.js';
import { validInput } from './valid.js';

type Change = (one: Case) => Case;

/** Text that has broken something somewhere. Ids of the other tenant are among it. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  "'; drop table tenants.tenant; --",
  '" or 1=1 --',
  '1) union select secret from identity.api_key--',
  '$1',
  ':tenant',
  '%',
  '_%\\',
  '\\',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '{{7*7}}${7*7}<%= 7 %>',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-0',
  '1e999',
  '0x10',
  '٣',
  'ﬀİß',
  '\u202e\ufeff\u200b',
  '👩‍👩‍👧‍👦'.repeat(20),
  'e\u0301'.repeat(300),
  'x'.repeat(70),
  'x'.repeat(10_000),
  'a\u0000b',
  'a\r\nSet-Cookie: x=1',
  'half \ud800',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999+23:59',
  '2026-06-30T23:59:60Z',
  '00000000-0000-7000-8000-000000000001',
  '{{b.tenantId}}',
  '{{b.slug}}',
  '{{b.email}}',
  'rpc.tenants.v1.*',
  'events.>',
];

const text = fc.oneof(fc.constantFrom(...hostileTexts), fc.string({ unit: 'binary', maxLength: 60 }));
const anything = fc.oneof(
  text,
  fc.constantFrom<unknown>(null, true, -1, 0, 1.5, -0, 2 ** 31, 2 ** 53, 1e308, 5e-324, [], {}, [[]], [null], {
    a: { b: [] },
  }),
  fc.array(text, { maxLength: 3 }),
  fc.constant(Array.from({ length: 1_001 }, () => 'x')),
  fc.dictionary(text, text, { maxKeys: 3 }),
);

/** Requests that no client of good will sends: a valid one, and something done to it. */
export function hostileCase(operation: Operation): fc.Arbitrary<Case> {
  return fc.oneof(
    { weight: 4, arbitrary: wrongField(operation) },
    { weight: 4, arbitrary: changed(operation, operation.http!.method === 'GET' ? onQuery : onBody) },
    { weight: 1, arbitrary: changed(operation, onQuery) },
    { weight: 1, arbitrary: changed(operation, onHeaders) },
    { weight: 1, arbitrary: changed(operation, onAddress) },
    { weight: 1, arbitrary: changed(operation, asHead) },
  );
}

function wrongField(operation: Operation): fc.Arbitrary<Case> {
  const names = operation.input.fields.map(({ wire }) => wire);
  const inPath = [...operation.http!.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
  return fc
    .tuple(validInput(operation), fc.constantFrom(...names, 'unheardOf', '__proto__', 'tenantId'), anything)
    .map(([input, name, value]) => {
      const usable = inPath.includes(name) && value === '' ? ' ' : value;
      return caseOf(operation, 'hostile', Object.fromEntries([...Object.entries(input), [name, usable]]));
    });
}

function changed(operation: Operation, changes: fc.Arbitrary<Change>): fc.Arbitrary<Case> {
  return fc.tuple(validInput(operation), changes).map(([input, change]) => change(caseOf(operation, 'hostile', input)));
}

/** Something done to a body that is JSON. */
export const onText =
  (edit: (json: string) => string): Change =>
  (one) => ({
    ...one,
    body: { text: edit(one.body && 'text' in one.body ? one.body.text : '{}') },
  });
const raw =
  (bytes: Uint8Array): Change =>
  (one) => ({ ...one, body: { base64: Buffer.from(bytes).toString('base64') } });
export const withHeader =
  (name: string, value: string): Change =>
  (one) => ({ ...one, headers: { ...one.headers, [name]: value } });
const member = (json: string) => onText((body) => body.replace(/^\{/, `{${json}${/^\{\s*\}/.test(body) ? '' : ','}`));

const onBody: fc.Arbitrary<Change> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map(raw),
  fc.nat().map((at) => onText((body) => body.slice(0, at % (body.length + 1)))),
  fc.tuple(fc.nat(), fc.nat({ max: 127 })).map(([at, code]) =>
    onText((body) => {
      const place = at % Math.max(1, body.length);
      return body.slice(0, place) + String.fromCharCode(code) + body.slice(place + 1);
    }),
  ),
  fc.json({ maxDepth: 6 }).map((json) => onText(() => json)),
  fc
    .constantFrom(
      '"__proto__":{"isAdmin":true}',
      '"constructor":{"prototype":{"x":1}}',
      '"a":1,"a":2',
      '"n":1e999',
      '"n":12345678901234567890',
    )
    .map(member),
  fc
    .constantFrom(30, 70, 5_000, 100_000)
    .map((depth) => onText(() => `{"name":${'['.repeat(depth)}${']'.repeat(depth)}}`)),
  fc.constantFrom('[]', 'null', '""', '0', '{"":""}', '\ufeff{}', '{}{}', 'NaN', '').map((json) => onText(() => json)),
  fc.constant(onText(() => JSON.stringify({ name: 'x'.repeat(300_000) }))),
  fc.constant(onText(() => JSON.stringify({ name: 'x'.repeat(1_100_000) }))),
  fc
    .constantFrom(
      'text/plain',
      'application/xml',
      'application/json; charset=utf-16',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/json, application/json',
      ';',
    )
    .map((type) => withHeader('content-type', type)),
);

/** Something appended to, or put in place of, the query string. */
export const onQuery: fc.Arbitrary<Change> = fc
  .oneof(
    fc.constantFrom(
      'limit=abc',
      'limit=-1',
      'limit=1e9',
      'limit=1&limit=2',
      'limit=',
      'cursor=x',
      'cursor=%00',
      'cursor=%',
      '%ff=1',
      '&&==&',
      '__proto__=1',
      'a[b]=1',
      `cursor=${'A'.repeat(499)}`,
      `x=${'y'.repeat(9_000)}`,
    ),
    text.map((value) => `cursor=${encodeText(value)}`),
    fc.tuple(text, text).map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`),
    fc.base64String({ minLength: 20, maxLength: 200 }).map((value) => `cursor=${encodeURIComponent(value)}`),
  )
  .map((query) => (one) => ({ ...one, target: `${one.target}${one.target.includes('?') ? '&' : '?'}${query}` }));

/** A header that says something odd. */
export const onHeaders: fc.Arbitrary<Change> = fc
  .tuple(
    fc.constantFrom(
      'authorization',
      'apikey',
      'tenantry-tenant',
      'idempotency-key',
      'accept',
      'prefer',
      'range',
      'traceparent',
      'x-forwarded-for',
      'if-match',
      'origin',
      'content-encoding',
      'host',
      'tenantry-context',
      'tenantry-request',
    ),
    fc.oneof(
      fc.constantFrom(
        '',
        'x',
        'Bearer',
        'Bearer x',
        'Bearer eyJhbGciOiJub25lIn0.e30.',
        'Basic eDp5',
        'sk_live_x',
        `sk_live_${'A'.repeat(43)}`,
        '{{b.tenantId}}',
        '{{b.slug}}',
        'gzip',
        '00-0-0-0',
        'x'.repeat(5_000),
        '*',
        'https://evil.example',
        "' or 1=1",
      ),
      fc.string({
        unit: fc
          .integer({ min: 0x20, max: 0xff })
          .filter((code) => code !== 0x7f)
          .map((code) => String.fromCharCode(code)),
        maxLength: 40,
      }),
    ),
  )
  .map(([name, value]) => withHeader(name, value));

/** Nobody will read the answer's body. */
export const asHead: fc.Arbitrary<Change> = fc.constant((one) =>
  one.method === 'GET' ? { ...one, method: 'HEAD' } : one,
);

/** The address itself, bent. */
const onAddress: fc.Arbitrary<Change> = fc
  .constantFrom<(target: string) => string>(
    (target) => `${target}/`,
    (target) => `/${target}`,
    (target) => target.replace(/\/[^/?]*(\?|$)/, '/%$1'),
    (target) => target.replace(/\/[^/?]*(\?|$)/, '/%ff$1'),
    (target) => target.replace(/\/[^/?]*(\?|$)/, `/${'x'.repeat(2_000)}$1`),
    (target) => target.replace(/\/[^/?]*(\?|$)/, '/%00$1'),
    (target) => target.replace(/\/[^/?]*(\?|$)/, '/..%2f..$1'),
    (target) => target.toUpperCase(),
    (target) => `${target};a=b`,
    (target) => `${target}#x`,
  )
  .map((bend) => (one) => ({ ...one, target: bend(one.target) }));
