import fc from 'fast-check';
import { parseDefault } from './column-default.js';
import { parseColumnType } from './column-type.js';
import { acceptsJson, acceptsText } from './column-value.js';

describe('column types', () => {
  it.each([
    ['TEXT', 'text'],
    [' Varchar ( 80 ) ', 'varchar(80)'],
    ['character varying(10)', 'varchar(10)'],
    ['int', 'integer'],
    ['INT8', 'bigint'],
    ['decimal(12, 2)', 'numeric(12,2)'],
    ['timestamp with time zone', 'timestamptz'],
    ['double precision', 'double precision'],
    ['bool', 'boolean'],
    ['json', 'jsonb'],
    ['text []', 'text[]'],
    ['numeric(5,2)[]', 'numeric(5,2)[]'],
  ])('reads %s as %s', (written, sql) => {
    expect(parseColumnType(written).sql).toBe(sql);
  });

  it.each([
    'serial',
    'money',
    'xml',
    'regclass',
    'text; drop table x',
    'varchar(0)',
    'numeric(0)',
    'numeric(2,3)',
    'uuid(4)',
    'text[][]',
    'public.text',
    '',
    'constructor',
    '__proto__',
  ])('does not know %s', (written) => {
    expect(() => parseColumnType(written, 'columns[0].type')).toThrow(
      expect.objectContaining({
        reason: 'type-not-allowed',
        errors: [expect.objectContaining({ field: 'columns[0].type' })],
      }),
    );
  });

  it('prints nothing but letters, digits, brackets and commas, whatever it is given', () => {
    fc.assert(
      fc.property(fc.string(), (written) => {
        let sql = 'text';
        try {
          sql = parseColumnType(written).sql;
        } catch {
          // refused
        }
        expect(sql).toMatch(/^[a-z0-9 ]+(\(\d+(,\d+)?\))?(\[\])?$/);
      }),
    );
  });
});

describe('values of a type', () => {
  const accepts = (type: string, text: string): boolean => acceptsText(parseColumnType(type), text);

  it.each([
    ['integer', '2147483647', '2147483648'],
    ['smallint', '-32768', '-32769'],
    ['bigint', '9223372036854775807', '9223372036854775808'],
    ['integer', '+7', '7.0'],
    ['numeric', '-12.50', '12,5'],
    ['numeric', '1e3', '1e'],
    ['boolean', 'TRUE', 'maybe'],
    ['date', '2024-02-29', '2023-02-29'],
    ['date', '1962-02-18T00:00:00', '18.2.1962'],
    ['timestamp', '2002-08-14 00:00:00', '2002-08-14 25:00:00'],
    ['timestamptz', '2026-11-20T18:30:00.123Z', '2026-13-01T00:00:00Z'],
    ['time', '18:30', '18h30'],
    ['uuid', '00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-00000000000g'],
    ['jsonb', '{"a":[1]}', '{a:1}'],
    ['inet', '10.0.0.0/8', 'localhost'],
    ['text', "'; drop table x --", 'nul \0'],
    ['text[]', '{a,b}', 'a,b'],
  ])('%s can be %s and not %s', (type, good, bad) => {
    expect(accepts(type, good)).toBe(true);
    expect(accepts(type, bad)).toBe(false);
  });

  it('can be JSON: numbers and texts of them, lists for lists, anything for JSON', () => {
    const json = (type: string, value: unknown): boolean => acceptsJson(parseColumnType(type), value);
    expect([json('integer', 5), json('integer', '5'), json('integer', 5.5), json('integer', null)]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect([json('text', 'a'), json('text', 5), json('text', {}), json('text', '\ud800')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([json('integer[]', [1, 2]), json('integer[]', [1, 'x']), json('integer[]', '{1}')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([json('jsonb', { a: [null, 'b'] }), json('jsonb', { a: 'nul \0' })]).toEqual([true, false]);
  });
});

describe('defaults', () => {
  const parsed = (type: string, value: unknown) => parseDefault(value, parseColumnType(type), 'default');

  it('are functions where the type fits, else literals', () => {
    expect(parsed('timestamptz', 'now()')).toEqual({ function: 'now()' });
    expect(parsed('uuid', 'UUIDV7()')).toEqual({ function: 'uuidv7()' });
    expect(parsed('text', 'now()')).toEqual({ literal: 'now()' });
    expect(parsed('integer', 0)).toEqual({ literal: 0 });
    expect(parsed('jsonb', {})).toEqual({ literal: {} });
    expect(parsed('boolean', undefined)).toBeNull();
  });

  it.each([
    ['integer', 'random()'],
    ['uuid', 'now()'],
    ['timestamptz', 'pg_sleep(5)'],
    ['date', "'2020-01-01'::date"],
  ])('of %s can not be %s', (type, value) => {
    expect(() => parsed(type, value)).toThrow(expect.objectContaining({ reason: 'invalid-input' }));
  });
});
