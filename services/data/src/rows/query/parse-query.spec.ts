import fc from 'fast-check';
import { Fault } from '@tenantry/kernel';
import { parseQueryString } from './parse-query.js';
import { parseSelect } from './parse-select.js';
import { queryLimits } from './query.js';

const refusal = (query: string): Fault => {
  try {
    parseQueryString(query);
  } catch (error) {
    if (error instanceof Fault) {
      return error;
    }
    throw error;
  }
  throw new Error(`${query} was accepted`);
};

describe('select', () => {
  it('is everything when it is missing or empty', () => {
    expect(parseQueryString('').select).toEqual([{ kind: 'all' }]);
    expect(parseSelect(' ')).toEqual([{ kind: 'all' }]);
  });

  it('takes columns, other names, casts and quoted names', () => {
    expect(parseSelect('id, full:"first name",total::numeric(12,2),x:y::text')).toEqual([
      { kind: 'column', name: 'id', alias: null, cast: null },
      { kind: 'column', name: 'first name', alias: 'full', cast: null },
      { kind: 'column', name: 'total', alias: null, cast: 'numeric(12,2)' },
      { kind: 'column', name: 'y', alias: 'x', cast: 'text' },
    ]);
  });

  it('takes embedded tables with names, hints and inner joins, inside each other', () => {
    expect(parseSelect('*,buyer:customers!invoices_customer_id_fkey!inner(id,rep:employees(*)),lines()')).toEqual([
      { kind: 'all' },
      {
        kind: 'embed',
        target: 'customers',
        alias: 'buyer',
        hint: 'invoices_customer_id_fkey',
        inner: true,
        select: [
          { kind: 'column', name: 'id', alias: null, cast: null },
          { kind: 'embed', target: 'employees', alias: 'rep', hint: null, inner: false, select: [{ kind: 'all' }] },
        ],
      },
      { kind: 'embed', target: 'lines', alias: null, hint: null, inner: false, select: [] },
    ]);
  });

  it.each([
    ['data->name', 'query-not-supported'],
    ['total.sum()', 'query-not-supported'],
    ['count()', 'query-not-supported'],
    ['...customers(id)', 'query-not-supported'],
    ['customers(id', 'malformed-request'],
    ['a!b!c(id)', 'malformed-request'],
    ['"open', 'malformed-request'],
    ['id)', 'malformed-request'],
    [',', 'malformed-request'],
    ['a(b(c(d(e(f(g))))))', 'query-too-deep'],
    [Array.from({ length: queryLimits.embeds + 1 }, (_, i) => `t${i}(a)`).join(), 'query-too-deep'],
    [Array.from({ length: queryLimits.selectItems + 1 }, () => 'a').join(), 'malformed-request'],
  ])('refuses %s by name', (select, reason) => {
    const fault = refusal(`select=${encodeURIComponent(select)}`);
    expect(fault.reason).toBe(reason);
    expect(fault.errors[0]?.field).toBe('select');
  });
});

describe('filters', () => {
  const conditions = (query: string) => parseQueryString(query).levels.get('')?.conditions;

  it('takes every operator, negated or not', () => {
    expect(
      conditions('a=eq.1&b=not.neq.x.y&c=gt.1&d=gte.1&e=lt.1&f=lte.1&g=like.J*&h=ilike.*n&i=is.null&j=not.is.true'),
    ).toEqual([
      { kind: 'compare', column: 'a', operator: 'eq', value: '1', negated: false },
      { kind: 'compare', column: 'b', operator: 'neq', value: 'x.y', negated: true },
      { kind: 'compare', column: 'c', operator: 'gt', value: '1', negated: false },
      { kind: 'compare', column: 'd', operator: 'gte', value: '1', negated: false },
      { kind: 'compare', column: 'e', operator: 'lt', value: '1', negated: false },
      { kind: 'compare', column: 'f', operator: 'lte', value: '1', negated: false },
      { kind: 'compare', column: 'g', operator: 'like', value: 'J*', negated: false },
      { kind: 'compare', column: 'h', operator: 'ilike', value: '*n', negated: false },
      { kind: 'is', column: 'i', word: 'null', negated: false },
      { kind: 'is', column: 'j', word: 'true', negated: true },
    ]);
  });

  it('takes lists with quoted values', () => {
    expect(conditions('a=in.(1,"b,c","d\\"e\\\\",)&b=in.()')).toEqual([
      { kind: 'in', column: 'a', values: ['1', 'b,c', 'd"e\\', ''], negated: false },
      { kind: 'in', column: 'b', values: [], negated: false },
    ]);
  });

  it('takes conditions inside each other', () => {
    expect(conditions('or=(a.eq.1,not.and(b.gt.2,c.in.(3,4)),d.not.is.null,e.eq."x,y)")&not.and=(f.lt.5)')).toEqual([
      {
        kind: 'or',
        negated: false,
        conditions: [
          { kind: 'compare', column: 'a', operator: 'eq', value: '1', negated: false },
          {
            kind: 'and',
            negated: true,
            conditions: [
              { kind: 'compare', column: 'b', operator: 'gt', value: '2', negated: false },
              { kind: 'in', column: 'c', values: ['3', '4'], negated: false },
            ],
          },
          { kind: 'is', column: 'd', word: 'null', negated: true },
          { kind: 'compare', column: 'e', operator: 'eq', value: 'x,y)', negated: false },
        ],
      },
      {
        kind: 'and',
        negated: true,
        conditions: [{ kind: 'compare', column: 'f', operator: 'lt', value: '5', negated: false }],
      },
    ]);
  });

  it('keeps those of embedded tables apart', () => {
    const { levels } = parseQueryString(
      'invoices.total=gt.5&invoices.order=total.desc&invoices.lines.limit=3&invoices.or=(a.eq.1)&limit=2',
    );
    expect([...levels.keys()]).toEqual(['invoices', 'invoices.lines', '']);
    expect(levels.get('invoices')).toMatchObject({
      conditions: [{ column: 'total' }, { kind: 'or' }],
      order: [{ column: 'total', descending: true }],
    });
    expect(levels.get('invoices.lines')).toMatchObject({ limit: 3 });
  });

  it.each([
    ['a=1', 'malformed-request'],
    ['a=eq', 'malformed-request'],
    ['a=like(any).{x}', 'query-not-supported'],
    ['a=fts.x', 'query-not-supported'],
    ['a=cs.{1}', 'query-not-supported'],
    ['a->b=eq.1', 'query-not-supported'],
    ['a=in.(1', 'malformed-request'],
    ['a=in.(1)2', 'malformed-request'],
    ['a=is.maybe', 'malformed-request'],
    ['or=(a.eq.1', 'malformed-request'],
    ['or=a.eq.1', 'malformed-request'],
    ['or=()', 'malformed-request'],
    ['limit=-1', 'malformed-request'],
    ['limit=1&limit=2', 'malformed-request'],
    ['offset=1e9', 'malformed-request'],
    ['order=a.down', 'malformed-request'],
    ['order=customers(name)', 'query-not-supported'],
    ['=eq.1', 'malformed-request'],
    ['a=eq.%ff', 'malformed-request'],
    ['a=eq.%00', 'malformed-request'],
    ['a=eq.%zz', 'malformed-request'],
    [`or=${'(and'.repeat(queryLimits.conditionDepth + 1)}`, 'malformed-request'],
    [Array.from({ length: queryLimits.conditions + 1 }, () => 'a=eq.1').join('&'), 'malformed-request'],
    [`a=in.(${Array.from({ length: queryLimits.inValues + 1 }, () => '1').join()})`, 'malformed-request'],
  ])('refuses %s by name', (query, reason) => {
    const fault = refusal(query);
    expect(fault.reason).toBe(reason);
    expect(fault.errors[0]?.field).toEqual(expect.any(String));
  });
});

describe('any query string', () => {
  it('is understood or refused with a 4xx, and nothing else', () => {
    const piece = fc.constantFrom(
      'select=',
      'or=(',
      ')',
      ',',
      '.',
      '!',
      '(',
      'eq',
      'in',
      'not',
      '"',
      '\\',
      '&',
      '=',
      'order=',
      '*',
      '->',
      ':',
      '::',
      'a',
      '%27',
      '%22',
      ' ',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        ),
        (query) => {
          try {
            parseQueryString(query);
          } catch (error) {
            expect(error).toBeInstanceOf(Fault);
            expect((error as Fault).status).toBeGreaterThanOrEqual(400);
            expect((error as Fault).status).toBeLessThan(500);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('takes any value whole', () => {
    const value = fc.string().filter((text) => !text.includes('\0') && text.isWellFormed());
    fc.assert(
      fc.property(value, (text) => {
        const { levels } = parseQueryString(`name=eq.${encodeURIComponent(text)}`);
        expect(levels.get('')?.conditions).toEqual([
          { kind: 'compare', column: 'name', operator: 'eq', value: text, negated: false },
        ]);
      }),
    );
  });
});
