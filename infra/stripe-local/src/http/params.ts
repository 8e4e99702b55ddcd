import type { Form, FormValue } from './form.js';
import { badParameter } from './problem.js';

/** What a parameter may be: text, a number, yes or no, free keys, a list of texts, or nested parameters. */
export type Kind = 'string' | 'integer' | 'boolean' | 'metadata' | 'strings' | Shape;
export interface Shape {
  readonly [name: string]: Kind;
}

/** Some of what the real client may send with a request. */
export type Takes<P> = { readonly [K in keyof P]?: Kind };

/** Which parameters a route takes. Everything else is refused. */
export interface ParamRules {
  readonly takes?: Shape;
  readonly required?: readonly string[];
}

/** Checked parameters. */
export type Params = Readonly<Record<string, unknown>>;

const LIST: Shape = { limit: 'integer', starting_after: 'string', ending_before: 'string' };
/** What every list takes. */
export const listParams = LIST;
/** A time, or bounds of one. */
export const createdParam: Shape = { gt: 'integer', gte: 'integer', lt: 'integer', lte: 'integer' };

/** @throws Problem that names the parameter which is unknown, missing or not of its kind */
export function readParams(form: Form, { takes = {}, required = [] }: ParamRules): Params {
  const missing = required.find((name) => !(name in form));
  if (missing) throw badParameter(`Missing required param: ${missing}.`, missing, 'parameter_missing');
  return readShape(form, { ...takes, expand: 'strings' }, '');
}

function readShape(form: Form, shape: Shape, prefix: string): Params {
  const entries = Object.entries(form).map(([name, value]) => {
    const path = prefix === '' ? name : `${prefix}[${name}]`;
    const kind = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (kind === undefined) throw badParameter(`Received unknown parameter: ${path}`, path, 'parameter_unknown');
    return [name, readKind(value, kind, path)];
  });
  return Object.fromEntries(entries) as Params;
}

function readKind(value: FormValue, kind: Kind, path: string): unknown {
  if (kind === 'metadata') return typeof value === 'string' ? {} : { ...value };
  if (kind === 'strings') return typeof value === 'string' ? [] : Object.values(value);
  if (typeof kind === 'object') {
    if (typeof value === 'string') throw badParameter('Invalid object', path);
    return readShape(value, kind, path);
  }
  if (typeof value !== 'string') throw badParameter('Invalid string', path);
  return kind === 'string' ? value : readScalar(value, kind, path);
}

function readScalar(value: string, kind: 'integer' | 'boolean', path: string): number | boolean {
  if (kind === 'integer' && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (kind === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  const code = kind === 'integer' ? 'parameter_invalid_integer' : undefined;
  throw badParameter(`Invalid ${kind}: ${value}`, path, code);
}
