import type { FieldFacts, FieldKind } from './message.js';

/** Why a value is refused: the rest of a sentence that starts with the field's name. */
export class Refusal {
  constructor(readonly message: string) {}
}

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT32 = 2 ** 31 - 1;
const INTEGER = /^(0|-?[1-9]\d{0,18})$/;
const TIME =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
/** Tab, line feed and carriage return pass. */
const CONTROL_BUT_BREAKS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** How deep messages and JSON values may lie inside each other. */
export const MAX_DEPTH = 32;

/** Content is looked at when `strict`, kind always; `depth` is how deep in the whole input the value lies. */
type Reader = (value: unknown, facts: FieldFacts, strict: boolean, depth: number) => unknown;

const readers: Record<Exclude<FieldKind, 'message'>, Reader> = {
  string: (value, { multiline }, strict) => (strict || typeof value !== 'string' ? readText(value, multiline) : value),
  bool: (value) => (typeof value === 'boolean' ? value : new Refusal('must be true or false')),
  int32: readInt32,
  int64: readInt64,
  double: (value) => (Number.isFinite(value) ? value : new Refusal('must be a number')),
  bytes: readBytes,
  timestamp: readTime,
  json: (value, { json }, strict, depth) =>
    shapeProblem(json, value) ?? (strict ? jsonProblem(value, depth) : undefined) ?? value,
};

/** One value of a field that is not a message, from JSON to what handlers see; or what is wrong with it. */
export function readValue(value: unknown, facts: FieldFacts, strict: boolean, depth: number): unknown {
  return readers[facts.kind as Exclude<FieldKind, 'message'>](value, facts, strict, depth);
}

/** Text that can be stored and shown: no lone surrogates, no control characters. */
export function readText(value: unknown, multiline: boolean): string | Refusal {
  if (typeof value !== 'string') {
    return new Refusal('must be text');
  }
  if ((multiline ? CONTROL_BUT_BREAKS : CONTROL).test(value)) {
    return new Refusal('must not contain control characters');
  }
  return value.isWellFormed() ? value : new Refusal('must be valid Unicode');
}

function readInt32(value: unknown): number | Refusal {
  const fits = Number.isInteger(value) && Math.abs(value as number) <= MAX_INT32 + 1 && value !== MAX_INT32 + 1;
  return fits ? (value as number) + 0 : new Refusal(`must be a whole number from ${-MAX_INT32 - 1} to ${MAX_INT32}`);
}

function readInt64(value: unknown): bigint | Refusal {
  const refusal = new Refusal('must be a whole number of 64 bits; beyond ±9007199254740991 write it as text');
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? BigInt(value) : refusal;
  }
  if (typeof value !== 'string' || !INTEGER.test(value)) {
    return refusal;
  }
  const integer = BigInt(value);
  return integer >= MIN_INT64 && integer <= MAX_INT64 ? integer : refusal;
}

function readBytes(value: unknown): Uint8Array | Refusal {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  return bytes?.toString('base64') === value && bytes ? new Uint8Array(bytes) : new Refusal('must be base64 text');
}

function readTime(value: unknown): Date | Refusal {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  // A day that the month does not have would roll over silently.
  const lastDay = match ? new Date(Date.UTC(Number(match[1]), Number(match[2]), 0)).getUTCDate() : 0;
  const time = match && Number(match[3]) <= lastDay ? new Date(match[0].toUpperCase()) : undefined;
  return time && !Number.isNaN(time.getTime()) ? time : new Refusal('must be a time such as 2026-01-31T12:00:00Z');
}

function shapeProblem(shape: FieldFacts['json'], value: unknown): Refusal | undefined {
  if (shape === 'object' && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    return new Refusal('must be an object');
  }
  return shape === 'array' && !Array.isArray(value) ? new Refusal('must be a list') : undefined;
}

/** What keeps a value from being plain, storable JSON. */
function jsonProblem(value: unknown, depth: number): Refusal | undefined {
  if (typeof value === 'string') {
    const text = readText(value, true);
    return text instanceof Refusal ? text : undefined;
  }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : new Refusal('must not contain numbers beyond 1.8e308');
  }
  if (typeof value === 'boolean' || value === null) {
    return undefined;
  }
  if (typeof value !== 'object') {
    return new Refusal('must be JSON');
  }
  if (depth >= MAX_DEPTH) {
    return new Refusal(`must not be nested more than ${MAX_DEPTH} deep`);
  }
  if (Array.isArray(value)) {
    return first(value, (item) => jsonProblem(item, depth + 1));
  }
  return first(Object.keys(value), (key) => {
    const name = key === '__proto__' ? new Refusal('must not contain a member __proto__') : readText(key, false);
    return name instanceof Refusal ? name : jsonProblem((value as Record<string, unknown>)[key], depth + 1);
  });
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
