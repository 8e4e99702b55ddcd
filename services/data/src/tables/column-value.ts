import type { ColumnType, TypeFamily } from './column-type.js';

/** Any UUID that Postgres can hold, whatever its version says. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const INTEGER = /^[+-]?\d{1,19}$/;
const DECIMAL = /^[+-]?(\d{1,1000}(\.\d{0,1000})?|\.\d{1,1000})([eE][+-]?\d{1,4})?$|^[+-]?(NaN|Infinity)$/;
const BOOLEAN = /^(true|false|t|f|yes|no|on|off|0|1)$/i;
const DAY = /^(\d{4})-(\d{2})-(\d{2})/;
const CLOCK = /^([01]\d|2[0-4]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?$/;
const ZONE = /(Z|z|[+-]\d{2}(:?\d{2})?)$/;
const INTERVAL = /^[-+0-9A-Za-z:. ]{1,100}$/;
const ADDRESS = /^[0-9A-Fa-f:.]{2,45}(\/\d{1,3})?$/;

const integerLimits: Readonly<Record<string, bigint>> = {
  smallint: 2n ** 15n,
  integer: 2n ** 31n,
  bigint: 2n ** 63n,
};

function isDay(text: string): boolean {
  const match = DAY.exec(text);
  if (!match || match[0].length !== text.length) {
    return false;
  }
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return year > 0 && month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function isTimestamp(text: string): boolean {
  const [day = '', clock, ...rest] = text.trim().split(/[T ]/);
  return isDay(day) && rest.length === 0 && (clock === undefined || CLOCK.test(clock.replace(ZONE, '')));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isInteger(text: string, type: ColumnType): boolean {
  const limit = integerLimits[type.sql.replace('[]', '')] ?? 0n;
  if (!INTEGER.test(text)) {
    return false;
  }
  const value = BigInt(text.replace('+', ''));
  return value < limit && value >= -limit;
}

const checks: Readonly<Record<TypeFamily, (text: string, type: ColumnType) => boolean>> = {
  text: () => true,
  integer: isInteger,
  decimal: (text) => DECIMAL.test(text),
  boolean: (text) => BOOLEAN.test(text),
  date: (text) => isTimestamp(text) || isInfinite(text),
  time: (text) => CLOCK.test(text.replace(ZONE, '')),
  timestamp: (text) => isTimestamp(text) || isInfinite(text),
  interval: (text) => INTERVAL.test(text),
  uuid: (text) => UUID.test(text),
  json: isJson,
  inet: (text) => ADDRESS.test(text),
};

const isInfinite = (text: string): boolean => /^-?infinity$/.test(text);

/** What a value of a type looks like, for people. */
export const expected: Readonly<Record<TypeFamily, string>> = {
  text: 'text',
  integer: 'a whole number in range',
  decimal: 'a number',
  boolean: 'true or false',
  date: 'a date such as 2026-11-20',
  time: 'a time such as 18:30:00',
  timestamp: 'a time such as 2026-11-20T18:30:00Z',
  interval: 'a duration such as 3 days',
  uuid: 'a UUID',
  json: 'JSON',
  inet: 'an IP address or network',
};

/** Characters that Postgres can't hold: NUL, and halves of a character. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Whether a text is a value of the type. An array's text form is `{…}`, and what is inside is left to Postgres. */
export function acceptsText(type: ColumnType, text: string): boolean {
  return isStorable(text) && (type.array ? /^\{.*\}$/s.test(text) : checks[type.family](text, type));
}

/** Whether a JSON value is a value of the type; null always is. */
export function acceptsJson(type: ColumnType, value: unknown): boolean {
  if (value === null) {
    return true;
  }
  if (type.array) {
    const item = { ...type, array: false };
    return Array.isArray(value) && value.every((one) => !Array.isArray(one) && acceptsJson(item, one));
  }
  if (type.family === 'json') {
    return isStorableJson(value);
  }
  return typeof value === 'object' ? false : acceptsText(type, String(value));
}

function isStorableJson(value: unknown): boolean {
  if (typeof value === 'string') {
    return isStorable(value);
  }
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return Object.entries(value).every(([name, inner]) => isStorable(name) && isStorableJson(inner));
}
