import { isObject } from '../completions/invalid.js';

/** A schema of JSON Schema 2020-12. */
export type JsonSchema = boolean | Readonly<Record<string, unknown>>;

/** What is wrong with a schema, and where. */
export class SchemaProblem extends Error {
  override readonly name = 'SchemaProblem';

  constructor(
    readonly place: string,
    message: string,
  ) {
    super(message);
  }
}

/** Keywords whose value is a schema, a list of schemas, or schemas by name. Everything else is no schema, whatever it looks like. */
export const SINGLE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else'] as const;
export const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;
export const BY_NAME = ['properties', '$defs', 'definitions'] as const;

/** Keywords that would have to be checked and are not: a schema that relies on one is refused rather than half obeyed. */
const UNSUPPORTED = [
  ...[
    '$dynamicRef',
    '$recursiveRef',
    'unevaluatedProperties',
    'unevaluatedItems',
    'dependentSchemas',
    'dependentRequired',
  ],
  ...[
    'dependencies',
    'contains',
    'minContains',
    'maxContains',
    'propertyNames',
    'patternProperties',
    'additionalItems',
  ],
];

const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string'];
const NUMBERS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];
const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'];

const MAX_DEPTH = 32;
const MAX_SCHEMAS = 5_000;
const MAX_PATTERN_CHARS = 500;

/**
 * Checks that a schema says nothing that can't be checked: known keywords with values of their kind, references that lead somewhere
 * within it, at most 32 levels and 5,000 schemas. `format` and unknown words are notes (section 7 of the specification).
 * @throws SchemaProblem with the place below `place`
 */
export function checkSchema(schema: unknown, place: string): asserts schema is JsonSchema {
  let seen = 0;
  const check = (one: unknown, at: string, depth: number): void => {
    if (typeof one === 'boolean') return;
    if (!isObject(one)) throw new SchemaProblem(at, 'is no schema: it must be an object, true or false');
    if (depth > MAX_DEPTH) throw new SchemaProblem(at, `is nested deeper than ${MAX_DEPTH} levels`);
    if ((seen += 1) > MAX_SCHEMAS) throw new SchemaProblem(at, `has more than ${MAX_SCHEMAS} schemas`);
    checkKeywords(one, at);
    if (one.$ref !== undefined && target(schema as JsonSchema, one.$ref) === undefined)
      throw new SchemaProblem(
        `${at}.$ref`,
        'leads nowhere; references are followed within the schema alone, as in "#/$defs/order"',
      );
    for (const [name, inner] of subschemas(one, at)) check(inner, `${at}.${name}`, depth + 1);
  };
  check(schema, place, 0);
}

/** The schemas that are directly within a schema, with the path to each. @throws SchemaProblem where there is none */
export function subschemas(schema: Readonly<Record<string, unknown>>, place: string): [string, unknown][] {
  const single = SINGLE.filter((name) => schema[name] !== undefined).map((name): [string, unknown] => [
    name,
    schema[name],
  ]);
  const listed = LISTS.flatMap((name) => {
    const list = schema[name];
    if (list === undefined) return [];
    if (!Array.isArray(list) || list.length === 0)
      throw new SchemaProblem(`${place}.${name}`, 'must be a list of schemas');
    return list.map((one: unknown, index): [string, unknown] => [`${name}[${index}]`, one]);
  });
  const named = BY_NAME.flatMap((name) => {
    const map = schema[name];
    if (map === undefined) return [];
    if (!isObject(map)) throw new SchemaProblem(`${place}.${name}`, 'must be schemas by name');
    return Object.entries(map).map(([key, one]): [string, unknown] => [`${name}.${key}`, one]);
  });
  return [...single, ...listed, ...named];
}

type Rule = readonly [keywords: readonly string[], holds: (value: unknown) => boolean, message: string];

const isNumber = (value: unknown): boolean => typeof value === 'number';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;

/** What the values of keywords must be. */
const RULES: readonly Rule[] = [
  [UNSUPPORTED, () => false, 'is a keyword that is not supported'],
  [['type'], (said) => [said].flat().every((type) => TYPES.includes(type as string)), `must be of ${TYPES.join(', ')}`],
  [NUMBERS, isNumber, 'must be a number'],
  [['multipleOf'], (said) => Number(said) > 0, 'must be above zero'],
  [COUNTS, isCount, 'must be a count'],
  [['enum'], (said) => Array.isArray(said), 'must be a list'],
  [['required'], isListOfNames, 'must be a list of names'],
];

function checkKeywords(schema: Readonly<Record<string, unknown>>, place: string): void {
  for (const [keywords, holds, message] of RULES) {
    const wrong = keywords.find((name) => schema[name] !== undefined && !holds(schema[name]));
    if (wrong !== undefined) throw new SchemaProblem(`${place}.${wrong}`, message);
  }
  if (schema.pattern !== undefined) checkPattern(schema.pattern, `${place}.pattern`);
}

function isListOfNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function checkPattern(pattern: unknown, place: string): void {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN_CHARS)
    throw new SchemaProblem(place, `must be a regular expression of at most ${MAX_PATTERN_CHARS} characters`);
  try {
    new RegExp(pattern, 'u');
  } catch {
    throw new SchemaProblem(place, 'is no regular expression (ECMA-262, with the flag u)');
  }
}

/** What a reference leads to; undefined when that is nothing within the schema. */
export function target(root: JsonSchema, reference: unknown): JsonSchema | undefined {
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined;
  const steps = reference
    .split('/')
    .slice(1)
    .map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  let at: unknown = root;
  for (const step of steps) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return typeof at === 'boolean' || isObject(at) ? at : undefined;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
