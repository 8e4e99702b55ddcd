import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../completions/invalid.js';
import { target, type JsonSchema } from './json-schema.js';
import { matches } from './pattern.js';

/** Where a value is not what its schema says: a path below the value, empty for itself, and what it must be. */
export interface Violation {
  readonly path: string;
  readonly message: string;
}

/** Schemas that are looked at for one value: combinations of combinations must not take forever. */
const MAX_STEPS = 50_000;
const MAX_DEPTH = 100;
const MAX_VIOLATIONS = 20;

type Keyword = (said: never, value: never) => string | null;

const ofText = (check: (said: never, text: string) => string | null): Keyword =>
  ((said, value) => (typeof value === 'string' ? check(said, value) : null)) as Keyword;
const ofNumber = (check: (said: number, value: number) => string | null): Keyword =>
  ((said: number, value: unknown) => (typeof value === 'number' ? check(said, value) : null)) as Keyword;
const ofList = (check: (said: never, list: readonly unknown[]) => string | null): Keyword =>
  ((said, value) => (Array.isArray(value) ? check(said, value as unknown[]) : null)) as Keyword;
const ofObject = (check: (said: never, object: Readonly<Record<string, unknown>>) => string | null): Keyword =>
  ((said, value) => (isObject(value) ? check(said, value) : null)) as Keyword;
const unless = (holds: boolean, message: string): string | null => (holds ? null : message);

/** What each keyword that is no schema itself says about a value. */
const keywords: Readonly<Record<string, Keyword>> = {
  type: ((said: string | string[], value: unknown) =>
    unless(
      [said].flat().some((type) => isOfType(type, value)),
      `must be ${[said].flat().join(' or ')}`,
    )) as Keyword,
  enum: ((said: unknown[], value: unknown) =>
    unless(
      said.some((one) => isDeepStrictEqual(one, value)),
      'must be one of the values that are listed',
    )) as Keyword,
  const: ((said: unknown, value: unknown) =>
    unless(isDeepStrictEqual(said, value), 'must be the one value')) as Keyword,
  minimum: ofNumber((said, value) => unless(value >= said, `must be at least ${said}`)),
  maximum: ofNumber((said, value) => unless(value <= said, `must be at most ${said}`)),
  exclusiveMinimum: ofNumber((said, value) => unless(value > said, `must be above ${said}`)),
  exclusiveMaximum: ofNumber((said, value) => unless(value < said, `must be below ${said}`)),
  multipleOf: ofNumber((said, value) => unless(isMultiple(value / said), `must be a multiple of ${said}`)),
  minLength: ofText((said: number, text) => unless([...text].length >= said, `must have at least ${said} characters`)),
  maxLength: ofText((said: number, text) => unless([...text].length <= said, `must have at most ${said} characters`)),
  minItems: ofList((said: number, list) => unless(list.length >= said, `must have at least ${said} items`)),
  maxItems: ofList((said: number, list) => unless(list.length <= said, `must have at most ${said} items`)),
  uniqueItems: ofList((said: boolean, list) => unless(!said || isUnique(list), 'must not have an item twice')),
  minProperties: ofObject((said: number, value) =>
    unless(Object.keys(value).length >= said, `must have at least ${said} members`),
  ),
  maxProperties: ofObject((said: number, value) =>
    unless(Object.keys(value).length <= said, `must have at most ${said} members`),
  ),
  required: ofObject((said: string[], value) => {
    const missing = said.filter((name) => !Object.hasOwn(value, name));
    return unless(missing.length === 0, `must have ${missing.join(', ')}`);
  }),
};

/** Where a value is not what a checked schema says; the first twenty places, none when it conforms. */
export function violations(schema: JsonSchema, value: unknown): Violation[] {
  return new Look(schema).at(schema, value, '', 0).slice(0, MAX_VIOLATIONS);
}

class Look {
  private steps = 0;
  /** A pattern could not be decided: for this value no other is tried, or a list of texts would take that long for each. */
  private isSlow = false;

  constructor(private readonly root: JsonSchema) {}

  at(schema: JsonSchema, value: unknown, path: string, depth: number): Violation[] {
    if (schema === true) return [];
    if (schema === false) return [{ path, message: 'must not be there' }];
    if ((this.steps += 1) > MAX_STEPS || depth > MAX_DEPTH)
      return [{ path, message: 'can’t be checked: it is too large' }];
    const own = Object.entries(keywords).flatMap(([name, check]) => {
      const said = schema[name];
      const message = said === undefined ? null : check(said as never, value as never);
      return message === null ? [] : [{ path, message }];
    });
    const next = depth + 1;
    return [
      ...own,
      ...this.pattern(schema.pattern, value, path),
      ...this.inner(schema, value, path, next),
      ...this.combined(schema, value, path, next),
    ];
  }

  private pattern(pattern: unknown, value: unknown, path: string): Violation[] {
    if (typeof pattern !== 'string' || typeof value !== 'string') return [];
    const found = this.isSlow ? null : matches(pattern, value);
    this.isSlow ||= found === null;
    return found === true
      ? []
      : [{ path, message: found === null ? 'is too much for the pattern' : 'must match the pattern' }];
  }

  /** The parts of a value. */
  private inner(schema: Exclude<JsonSchema, boolean>, value: unknown, path: string, depth: number): Violation[] {
    const found: Violation[] = [];
    const look = (inner: unknown, name: string | number): void => {
      const part = (value as Record<string | number, unknown>)[name];
      const here = typeof name === 'number' ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`;
      if (inner !== undefined && found.length < MAX_VIOLATIONS)
        found.push(...this.at(inner as JsonSchema, part, here, depth));
    };
    if (Array.isArray(value)) {
      const first = (schema.prefixItems ?? []) as unknown[];
      value.forEach((_, index) => look(first[index] ?? schema.items, index));
    } else if (isObject(value)) {
      const declared = (schema.properties ?? {}) as Record<string, unknown>;
      for (const name of Object.keys(value))
        look(Object.hasOwn(declared, name) ? declared[name] : schema.additionalProperties, name);
    }
    return found;
  }

  /** The same value under other schemas. */
  private combined(schema: Exclude<JsonSchema, boolean>, value: unknown, path: string, depth: number): Violation[] {
    const under = (one: JsonSchema): Violation[] => this.at(one, value, path, depth);
    const fits = (one: JsonSchema): boolean => under(one).length === 0;
    const { allOf, anyOf, oneOf } = schema as Readonly<Record<string, readonly JsonSchema[] | undefined>>;
    const { not } = schema as Readonly<Record<string, JsonSchema | undefined>>;
    const refuse = (message: string): Violation[] => [{ path, message }];
    const found = (allOf ?? []).flatMap(under);
    if (schema.$ref !== undefined) found.push(...under(target(this.root, schema.$ref) ?? false));
    if (anyOf && !anyOf.some(fits)) found.push(...refuse('must be what one of anyOf says'));
    if (oneOf && oneOf.filter(fits).length !== 1) found.push(...refuse('must be what exactly one of oneOf says'));
    if (not !== undefined && fits(not)) found.push(...refuse('must not be what not says'));
    return [...found, ...this.conditional(schema as Readonly<Record<string, JsonSchema | undefined>>, under)];
  }

  private conditional(
    { if: condition, then: yes = true, else: no = true }: Readonly<Record<string, JsonSchema | undefined>>,
    under: (one: JsonSchema) => Violation[],
  ): Violation[] {
    if (condition === undefined) return [];
    return under(under(condition).length === 0 ? yes : no);
  }
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

/** Decimal fractions are not exact in binary. */
function isMultiple(quotient: number): boolean {
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}

function isUnique(list: readonly unknown[]): boolean {
  return new Set(list.map((one) => JSON.stringify(sorted(one)))).size === list.length;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}
