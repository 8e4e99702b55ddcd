/** A bound value as it goes over the wire: text, bytes, or null. */
export type Encoded = string | Buffer | null;

/**
 * Prints a value for Postgres. Dates are UTC; arrays become array literals (for `unnest` and `any`); other objects
 * become JSON. A JSON array must be given as `JSON.stringify(…)`.
 */
export function encodeValue(value: unknown): Encoded {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return null;
    case 'object':
      return encodeObject(value);
    default:
      throw new TypeError(`a ${typeof value} can't be bound to a statement`);
  }
}

function encodeObject(value: object | null): Encoded {
  if (value === null) {
    return null;
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  if (value instanceof Uint8Array) {
    return Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  }
  return Array.isArray(value) ? encodeArray(value) : JSON.stringify(value);
}

function encodeArray(items: readonly unknown[]): string {
  return `{${items.map(encodeItem).join(',')}}`;
}

const SPECIAL = /["\\]/;
const EVERY_SPECIAL = /["\\]/g;

/** Batches have thousands of items, so what needs no quotes gets none, and what has nothing to escape is only looked at. */
function encodeItem(item: unknown): string {
  if (Array.isArray(item)) {
    return encodeArray(item);
  }
  const text = encodeValue(item);
  if (text === null) {
    return 'NULL';
  }
  if (typeof item !== 'string' && typeof item !== 'object') {
    return text as string; // numbers and booleans
  }
  if (typeof text !== 'string') {
    return `"\\\\x${text.toString('hex')}"`;
  }
  return `"${SPECIAL.test(text) ? text.replace(EVERY_SPECIAL, '\\$&') : text}"`;
}
