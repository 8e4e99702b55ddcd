/** JSON that keeps every digit: Postgres' numbers pass through JavaScript as they were written. */
interface RawJson {
  rawJSON(text: string): unknown;
}

const { rawJSON } = JSON as unknown as RawJson;

/** A number that a double may change: 16 digits, a fraction, an exponent or minus zero. In a text it may be something else. */
const MAY_CHANGE = /(?:^|[\s:,[])(?:-0|-?\d{16}|-?\d+[.eE])/;

/** Reads JSON text; numbers that a double would change stay text that `JSON.stringify` prints unquoted. */
export function parseExact(text: string): unknown {
  // Looking at each value again takes ten times as long as parsing.
  return MAY_CHANGE.test(text)
    ? JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown)
    : JSON.parse(text);
}

function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
    ? rawJSON(context.source)
    : value;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A number as it was written, or the text itself when JSON has no such number. */
export function exactNumber(text: string): unknown {
  return NUMBER.test(text) ? rawJSON(text) : text;
}

/** Whether a value is a number that `parseExact` kept. */
export function isExactNumber(value: object): value is { readonly rawJSON: string } {
  return 'rawJSON' in value && Object.isFrozen(value) && Object.getPrototypeOf(value) === null;
}
