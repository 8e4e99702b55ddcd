import fc from 'fast-check';
import { Fault } from '@tenantry/kernel';
import { type PlacedTable, TableSpace } from '../../spaces/table-space.js';
import { defineTable, type TableInput } from '../../tables/define-table.js';
import type { TableDefinition } from '../../tables/table-definition.js';
import { parseParameters, parseQueryString } from '../query/parse-query.js';
import { type PrintedRead, printRead } from './print-read.js';

const now = new Date('2026-11-20T12:00:00Z');
const key = (name: string) => ({ name, type: 'integer', primaryKey: true });
const link = (name: string, table: string, column: string, more = {}) => ({
  name,
  type: 'integer',
  references: { table, column },
  ...more,
});

/** A small shop: to-one, to-many, many-to-many, a table that refers to itself, and two ways to one table. */
function shop(): TableSpace {
  const inputs: TableInput[] = [
    {
      name: 'people',
      columns: [
        key('id'),
        { name: 'name', type: 'text' },
        link('boss', 'people', 'id'),
        { name: 'ssn', type: 'text', classification: 'phi' },
      ],
    },
    {
      name: 'orders',
      columns: [
        key('id'),
        link('buyer', 'people', 'id'),
        link('seller', 'people', 'id'),
        { name: 'total', type: 'numeric' },
        { name: 'paid', type: 'boolean' },
      ],
    },
    { name: 'tags', columns: [key('id'), { name: 'label', type: 'text' }] },
    {
      name: 'order_tags',
      columns: [
        link('order_id', 'orders', 'id', { primaryKey: true }),
        link('tag_id', 'tags', 'id', { primaryKey: true }),
      ],
    },
    {
      name: 'profiles',
      columns: [
        { ...link('person', 'people', 'id'), primaryKey: true },
        { name: 'bio', type: 'text' },
      ],
    },
  ];
  const tables: TableDefinition[] = [];
  for (const input of inputs) {
    tables.push(defineTable(input, 'tenant', (name) => tables.find((one) => one.name === name), now));
  }
  return new TableSpace(
    '1',
    't_a',
    tables.map((definition): PlacedTable => ({ schema: 't_a', definition })),
  );
}

const space = shop();

function print(table: string, query: string): PrintedRead {
  const options = { limit: 100, offset: 0, count: false, stripNulls: false, headOnly: false };
  return printRead(space.table(table)!, parseQueryString(query), { space, principal: 'owner', maxRows: 100 }, options);
}

function refusal(table: string, query: string): Pick<Fault, 'reason' | 'extra'> {
  try {
    print(table, query);
  } catch (error) {
    return error as Fault;
  }
  throw new Error(`${query} was accepted`);
}

describe('a read', () => {
  it('is one statement with quoted names and bound values', () => {
    const { statement } = print(
      'orders',
      'select=id,sum:total&paid=is.true&total=gte.9.5&order=total.desc.nullslast&limit=5',
    );
    expect(statement.text).toBe(
      `select coalesce(json_agg(r.*), '[]')::text as body, count(*)::int as rows, null::bigint as total, (select version from data.space) as version from (` +
        `select "t0"."id" as "id", "t0"."total" as "sum" from "t_a"."orders" as "t0"` +
        ` where "t0"."paid" is true and "t0"."total" >= $1::numeric` +
        ` order by "t0"."total" desc nulls last, "t0"."id" limit $2) r`,
    );
    expect(statement.values).toEqual(['9.5', 100]);
  });

  it('embeds along foreign keys, by the index that starts with tenant_id', () => {
    const { statement } = print('people', 'select=name,orders!buyer(id)&orders.paid=is.false');
    expect(statement.text).toContain(
      `left join lateral (select json_agg("t2r".*) as v from (select "t1"."id" as "id" from "t_a"."orders" as "t1"` +
        ` where "t1"."tenant_id" = "t0"."tenant_id" and "t1"."buyer" = "t0"."id" and "t1"."paid" is false limit $1) "t2r") "t2" on true`,
    );
    expect(statement.text).toContain(`coalesce("t2"."v", '[]'::json) as "orders"`);
  });

  it('finds a relation by table, by column, by foreign key and through a table in between', () => {
    expect(print('orders', 'select=buyer(name)').statement.text).toContain('row_to_json');
    expect(print('orders', 'select=orders_seller_fkey(name)').statement.text).toContain('"t1"."id" = "t0"."seller"');
    expect(print('orders', 'select=people!seller(name)').statement.text).toContain('"t1"."id" = "t0"."seller"');
    expect(print('orders', 'select=tags(label)').statement.text).toContain('join "t_a"."order_tags"');
    expect(print('people', 'select=profiles(bio)').statement.text).toContain('row_to_json');
    expect(print('people', 'select=people!boss(name)').statement.text).toContain('"t1"."boss" = "t0"."id"');
    expect(print('people', 'select=boss(name)').statement.text).toContain('"t1"."id" = "t0"."boss"');
  });

  it('counts only what narrows', () => {
    const options = { limit: 1, offset: 0, count: true, stripNulls: false, headOnly: false };
    const query = parseQueryString('select=id,tags(label),buyer!inner(name)&buyer.name=eq.Ann');
    const { text } = printRead(
      space.table('orders')!,
      query,
      { space, principal: 'owner', maxRows: 10 },
      options,
    ).statement;
    const count = text.slice(text.indexOf('(select count(*)'), text.indexOf(' as total'));
    expect(count).toContain('"people"');
    expect(count).not.toContain('"tags"');
  });

  it.each([
    ['orders', 'select=people(name)', 'malformed-request', 'PGRST201'],
    ['orders', 'select=profiles(bio)', 'malformed-request', 'PGRST200'],
    ['orders', 'select=id,id:total', 'malformed-request', 'PGRST100'],
    ['orders', 'select=nothing', 'malformed-request', '42703'],
    ['orders', 'nothing=eq.1', 'malformed-request', '42703'],
    ['orders', 'order=nothing', 'malformed-request', '42703'],
    ['orders', 'tags.label=eq.x', 'malformed-request', 'PGRST108'],
    ['orders', 'total=eq.many', 'invalid-input', '22P02'],
    ['orders', 'id=in.(1,x)', 'invalid-input', '22P02'],
    ['orders', 'total=is.true', 'invalid-input', undefined],
    ['orders', 'select=total::regclass', 'type-not-allowed', undefined],
    ['people', 'ssn=eq.1', 'invalid-input', undefined],
    ['people', 'order=ssn', 'invalid-input', undefined],
    ['people', 'or=(name.eq.x,ssn.like.1*)', 'invalid-input', undefined],
    ['people', 'select=ssn::text', 'invalid-input', undefined],
  ])('of %s with %s is refused as %s %s', (table, query, reason, code) => {
    const fault = refusal(table, query);
    expect([fault.reason, fault.extra?.['code']]).toEqual([reason, code]);
  });

  it('shows encrypted values sealed, with the key of their row', () => {
    const { statement, shape } = print('people', 'select=ssn');
    expect(statement.text).toContain(
      `case when "t0"."ssn" is not null then json_build_array("t0"."ssn", "t0"."id"::text) end as "ssn"`,
    );
    expect(shape.values).toMatchObject([{ key: 'ssn', column: { name: 'ssn' } }]);
  });
});

describe('no text of a request', () => {
  /** A marker that can't be in a statement unless it came from the request. */
  const MARK = 'zqx';
  const hostile = fc
    .array(
      fc.constantFrom(
        "'",
        '"',
        '`',
        ';',
        '--',
        '/*',
        '*/',
        '\\',
        '$1',
        '$$',
        ')',
        '(',
        ' or 1=1',
        '\n',
        '%',
        '*',
        ',',
        '.',
        '::',
        'é',
        '😀',
      ),
      { minLength: 1, maxLength: 8 },
    )
    .map((parts) => `${MARK}${parts.join('')}${MARK}`);

  it('gets into SQL as a value', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom('eq', 'neq', 'gt', 'like', 'ilike', 'not.eq'), (text, operator) => {
        const query = parseParameters([
          ['name', `${operator}.${text}`],
          ['or', `(name.eq."${text.replace(/["\\]/g, '\\$&')}",name.in.("${text.replace(/["\\]/g, '\\$&')}"))`],
        ]);
        const options = { limit: 1, offset: 0, count: true, stripNulls: false, headOnly: false };
        const { statement } = printRead(
          space.table('people')!,
          query,
          { space, principal: 'owner', maxRows: 1 },
          options,
        );
        expect(statement.text).not.toContain(MARK);
        expect(JSON.stringify(statement.values)).toContain(MARK);
      }),
    );
  });

  it('gets into SQL unquoted as a name', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const quoted = `"${text.replace(/["\\]/g, '\\$&')}"`;
        const places: [string, string][] = [
          ['select', `id:${quoted}`],
          ['select', `${quoted}:id`],
          ['select', `x::${text}`],
          ['select', `${quoted}(id)`],
          ['select', `orders!${quoted}(id)`],
          ['order', quoted],
          [quoted, 'eq.1'],
          ['or', `(${quoted}.eq.1)`],
        ];
        for (const place of places) {
          expectQuoted(place, MARK);
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Either it is refused, or wherever the marker is in the text it is inside a quoted identifier. */
function expectQuoted(parameter: [string, string], mark: string): void {
  let text = '';
  try {
    const query = parseParameters([parameter]);
    text = printRead(
      space.table('people')!,
      query,
      { space, principal: 'owner', maxRows: 1 },
      { limit: 1, offset: 0, count: true, stripNulls: false, headOnly: false },
    ).statement.text;
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return;
  }
  const outside = text.replace(/"(?:[^"]|"")*"/g, '');
  expect(outside).not.toContain(mark);
}
