import { checkSchema, SchemaProblem, type JsonSchema } from './json-schema.js';
import { violations } from './conforms.js';

const paths = (schema: JsonSchema, value: unknown): string[] => violations(schema, value).map(({ path }) => path);
const placeOf = (schema: unknown): string => {
  try {
    checkSchema(schema, 'schema');
  } catch (error) {
    if (error instanceof SchemaProblem) return error.place;
    throw error;
  }
  return 'none';
};

describe('A value under a schema', () => {
  it.each<[string, JsonSchema, unknown, unknown]>([
    ['type', { type: ['integer', 'null'] }, 3, 3.5],
    ['enum', { enum: ['a', { b: [1] }] }, { b: [1] }, 'c'],
    ['const', { const: 1 }, 1, '1'],
    ['minimum', { minimum: 2 }, 2, 1],
    ['exclusiveMaximum', { exclusiveMaximum: 2 }, 1.9, 2],
    ['multipleOf, of decimal fractions, too', { multipleOf: 0.01 }, 19.99, 19.999],
    ['maxLength, in characters and not in units', { maxLength: 2 }, '🙂🙂', 'abc'],
    ['pattern', { pattern: '^[a-z]+$' }, 'abc', 'a1'],
    ['items', { items: { type: 'string' } }, ['a'], ['a', 1]],
    ['prefixItems', { prefixItems: [{ type: 'string' }], items: false }, ['a'], ['a', 1]],
    [
      'uniqueItems, whatever the order of members',
      { uniqueItems: true },
      [1, 2],
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
    ],
    ['required', { required: ['a'] }, { a: null }, {}],
    ['additionalProperties', { properties: { a: true }, additionalProperties: false }, { a: 1 }, { b: 1 }],
    ['anyOf', { anyOf: [{ type: 'string' }, { minimum: 3 }] }, 3, 2],
    ['oneOf', { oneOf: [{ minimum: 3 }, { maximum: 5 }] }, 2, 4],
    ['not', { not: { type: 'string' } }, 1, 'a'],
    ['if, then and else', { if: { type: 'string' }, then: { minLength: 2 }, else: { minimum: 2 } }, 2, 'a'],
    ['a reference', { $ref: '#/$defs/a~1b', $defs: { 'a/b': { type: 'string' } } }, 'a', 1],
  ])('must be what %s says', (_, schema, good, bad) => {
    checkSchema(schema, 'schema');
    expect(violations(schema, good)).toEqual([]);
    expect(violations(schema, bad).length).toBeGreaterThan(0);
  });

  it('is told apart place by place, at most twenty of them', () => {
    const schema = { properties: { lines: { items: { properties: { count: { type: 'integer' } } } } } };
    expect(paths(schema, { lines: [{ count: 1 }, { count: 'x' }] })).toEqual(['lines[1].count']);
    expect(
      paths(
        { items: { type: 'string' } },
        Array.from({ length: 500 }, () => 1),
      ),
    ).toHaveLength(20);
  });

  it('may be as deep as a schema that refers to itself allows, and not endlessly', () => {
    const tree = {
      $ref: '#/$defs/tree',
      $defs: { tree: { properties: { left: { $ref: '#/$defs/tree' } }, type: 'object' } },
    };
    expect(paths(tree, { left: { left: {} } })).toEqual([]);
    expect(paths(tree, { left: { left: 1 } })).toEqual(['left.left']);
    const circle = { $ref: '#' };
    expect(violations(circle, 1)).toMatchObject([{ message: 'can’t be checked: it is too large' }]);
  });

  it('is looked at for a bounded time, whatever pattern and combinations its schema has', () => {
    const startedAt = performance.now();
    const evil = { items: { pattern: '^(a+)+$' } };
    expect(
      violations(
        evil,
        Array.from({ length: 1_000 }, () => `${'a'.repeat(60)}!`),
      ).length,
    ).toBe(20);
    let wide: JsonSchema = { type: 'string' };
    for (let level = 0; level < 25; level += 1) wide = { anyOf: [wide, wide, wide, wide] };
    expect(violations(wide, 1).length).toBeGreaterThan(0);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});

describe('A schema', () => {
  it.each<[string, unknown, string]>([
    ['that is none', { properties: { a: 'string' } }, 'schema.properties.a'],
    ['with an unknown type', { items: { type: 'text' } }, 'schema.items.type'],
    ['with a count below zero', { maxLength: -1 }, 'schema.maxLength'],
    ['with a list that is none', { anyOf: { a: true } }, 'schema.anyOf'],
    ['with a broken pattern', { properties: { a: { pattern: '(' } } }, 'schema.properties.a.pattern'],
    ['with a reference that leads nowhere', { items: { $ref: '#/$defs/a' } }, 'schema.items.$ref'],
    ['with a reference to elsewhere', { $ref: 'https://evil.example/schema' }, 'schema.$ref'],
    ['that would be half obeyed', { patternProperties: { '^a': true } }, 'schema.patternProperties'],
  ])('%s is refused with the place', (_, schema, place) => {
    expect(placeOf(schema)).toBe(place);
  });

  it('may have words that are no keywords, and schemas where none is meant', () => {
    expect(placeOf({ title: 'a', format: 'email', enum: [{ $ref: 'x' }], default: { type: 'nonsense' } })).toBe('none');
  });

  it('is at most 32 levels deep', () => {
    let deep: JsonSchema = true;
    for (let level = 0; level < 40; level += 1) deep = { items: deep };
    expect(placeOf(deep)).toMatch(/^schema(\.items){33}$/);
  });
});
