import fc from 'fast-check';
import { encodeText } from './case.js';
import { hostileTexts } from './hostile.js';
import { columns, hostileValue, names, readable, textual } from './row-values.js';
import { ROWS_TABLE } from './world.js';

const operators = [
  'eq',
  'neq',
  'gt',
  'gte',
  'lt',
  'lte',
  'like',
  'ilike',
  'in',
  'is',
  'not.eq',
  'not.is',
  'not.in',
  'fts',
  'cs',
  'match',
];

/** `column=operator.value`, in which the value fits the column. */
export const fitting = fc
  .constantFrom(...readable.filter((name) => !['document', 'tags'].includes(name)))
  .chain((name) =>
    fc
      .tuple(fc.constantFrom('eq', 'neq', 'gt', 'lte', 'not.eq'), columns[name]!.fits)
      .map(([operator, value]) => `${name}=${operator}.${encodeText(textual(value))}`),
  );

/** Conditions on an encrypted column, which only a search takes. */
export const sealed = fc
  .tuple(fc.constantFrom('eq', 'neq', 'not.eq', 'in', 'not.in'), columns['note']!.fits)
  .map(([operator, value]) => {
    const quoted = `"${textual(value).replace(/["\\]/g, '\\$&')}"`;
    return `note=${operator}.${encodeText(operator.endsWith('in') ? `(${quoted},x)` : textual(value))}`;
  });

/** The same with anything in its places. */
export const wild = fc
  .tuple(
    fc.constantFrom(
      ...names,
      'id',
      'tenant_id',
      'nothing',
      'ctid',
      '"',
      'parent.label',
      'and',
      'or',
      'document->a',
      '',
    ),
    fc.constantFrom(...operators, '', 'nope', 'eq(any)'),
    hostileValue,
  )
  .map(
    ([name, operator, value]) =>
      `${encodeText(name)}=${operator}.${encodeText(operator.endsWith('in') ? `(${textual(value)})` : textual(value))}`,
  );

const pieces = fc
  .array(
    fc.constantFrom(
      'select=',
      'or=',
      '(',
      ')',
      ',',
      '.',
      '!inner',
      '!',
      ':',
      '::',
      '->',
      '->>',
      '"',
      '\\',
      '&',
      '=',
      'order=',
      '*',
      'readings',
      'label',
      'count()',
      'eq',
      'in',
      'not',
      '%27',
      '%22',
      '%00',
      'limit=',
      'offset=',
      'on_conflict=',
      'columns=',
      '9',
      '-1',
      'desc',
      'nullslast',
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''));

export const select = fc.oneof(
  fc.subarray([...names, 'id'], { minLength: 1 }).map((list) => `select=${list.join()}`),
  fc.constantFrom(
    'select=*',
    'select=id,name:label',
    'select=amount::text',
    'select=id,parent:readings(label)',
    'select=id,readings!inner(id,label)',
  ),
);

export const order = fc
  .tuple(fc.constantFrom(...readable), fc.constantFrom('', '.asc', '.desc', '.desc.nullslast'))
  .map(([name, how]) => `order=${name}${how}`);

export const page = fc
  .tuple(fc.nat({ max: 30 }), fc.nat({ max: 30 }))
  .map(([limit, offset]) => `limit=${limit}&offset=${offset}`);

export const joined = (parts: fc.Arbitrary<string>[], max = 3): fc.Arbitrary<string> =>
  fc
    .array(fc.oneof(...parts), { maxLength: max })
    .map((all) => [...new Map(all.map((part) => [part.split('=')[0], part])).values()].join('&'));

export const wildQuery = fc.oneof(
  joined([wild, fitting, select, order, page], 4),
  pieces,
  fc.constantFrom(
    'on_conflict=id',
    'on_conflict=code',
    'on_conflict=nothing',
    'on_conflict=label',
    'columns=label,count',
    'columns=tenant_id',
    'columns=',
    'select=secret',
    'select=note&note=eq.x',
    'order=note',
    'order=document',
    'order=tags.desc',
    'document=eq.{}',
    'tags=eq.{a}',
    'label=like.%25\\',
    'count=like.1*',
    'active=ilike.t',
    'document=gt.1',
    'limit=0',
    'limit=9999999999',
    'offset=9999999999',
    'select=count::uuid',
    'select=label::int',
    'select=label::jsonb',
    'select=readings(readings(readings(readings(readings(readings(id))))))',
    'or=(count.eq.1,not.and(label.is.null,id.in.()))',
    'id=in.(x)',
    'id=eq.x',
    'happened_at=gt.now()',
    'ratio=eq.NaN',
    'big=eq.9223372036854775808',
    'tenant_id=eq.{{b.tenantId}}',
    'address=eq.1.2.3.4/99',
    'lasts=gt.999999999%20years',
    'select=label,label',
    'select=a:label,a:count',
  ),
);

export const wildHeaders = fc.record(
  {
    prefer: fc.constantFrom(
      'resolution=merge-duplicates',
      'resolution=ignore-duplicates,return=representation',
      'count=exact',
      'handling=strict,max-affected=0',
      'handling=strict,x=y',
      'max-affected=999999999999',
      '=,;',
      'return=headers-only',
      'tx=rollback',
    ),
    range: fc.constantFrom('0-', '5-1', 'items=0-1', '9999999999-', 'x', '-5', '0-9999999999'),
    accept: fc.constantFrom(
      'application/vnd.pgrst.object+json',
      'text/csv',
      'application/xml',
      'application/vnd.pgrst.plan',
      '*/*;q=0',
      'application/json;nulls=stripped',
    ),
    'accept-profile': fc.constantFrom('public', 'pg_catalog', 'data'),
    'content-profile': fc.constantFrom('public', 'tenants'),
    'idempotency-key': fc.constantFrom('k', ' ', 'x'.repeat(256)),
  },
  { requiredKeys: [] },
);

export const tables = fc.oneof(
  { weight: 8, arbitrary: fc.constant(ROWS_TABLE) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        ...hostileTexts.filter((text) => text !== ''),
        'settings',
        'pg_class',
        'rpc',
        'READINGS',
        'readings ',
        'tenants.tenant',
        'outbox',
      )
      .map(encodeText),
  },
);
