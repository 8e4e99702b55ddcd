import { Reply } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import { printCsv } from './csv.js';
import { parseExact } from './json.js';
import type { Format, Preferences } from './query/preferences.js';
import type { Page } from './row-reader.js';

const TYPES: Readonly<Record<Format['type'], string>> = {
  array: 'application/json; charset=utf-8',
  object: 'application/vnd.pgrst.object+json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

const NOTHING = new Uint8Array(0);

/** Prints rows in the format that was asked for. @throws Fault `not-single-row` or when the answer is too large */
export function printRows(body: string, rows: number, { type }: Format, maxBytes: number): Uint8Array {
  if (type === 'object' && rows !== 1) {
    throw new Fault('not-single-row', {
      detail: 'Cannot coerce the result to a single JSON object',
      extra: { code: 'PGRST116', details: `The result contains ${rows} rows` },
    });
  }
  const text =
    type === 'csv'
      ? printCsv(parseExact(body) as Record<string, unknown>[])
      : type === 'object'
        ? body.trim().slice(1, -1)
        : body;
  const bytes = Buffer.from(text);
  if (bytes.length > maxBytes) {
    throw new Fault('invalid-input', {
      field: 'limit',
      detail: `The answer has more than ${maxBytes} bytes; ask for fewer rows or columns, or use /export`,
    });
  }
  return bytes;
}

function preferenceHeaders({ applied }: Preferences): Record<string, string> {
  return applied.length ? { 'preference-applied': applied.join(', ') } : {};
}

/** Answers a read. @throws Fault `not-single-row`, or for a page that starts behind the last row */
export function readReply(
  page: Page,
  preferences: Preferences,
  format: Format,
  head: boolean,
  maxBytes: number,
): Reply<never> {
  const { rows, offset, total } = page;
  if (total !== null && offset > 0 && offset >= total) {
    throw new Fault('malformed-request', {
      field: 'offset',
      detail: 'Requested range not satisfiable',
      extra: { code: 'PGRST103', details: `An offset of ${offset} was requested, but there are only ${total} rows.` },
    });
  }
  const body = printRows(page.body, rows, format, maxBytes);
  const span = rows === 0 ? '*' : `${offset}-${offset + rows - 1}`;
  const headers = {
    'content-type': TYPES[format.type],
    'content-range': `${span}/${total ?? '*'}`,
    'range-unit': 'items',
    ...preferenceHeaders(preferences),
  };
  return new Reply<never>(head ? NOTHING : body, { status: total !== null && rows < total ? 206 : 200, headers });
}

/** What a change did, for its answer. */
export interface Written {
  /** The rows as JSON text, when they were asked for. */
  readonly body: string | null;
  readonly rows: number;
  readonly status: 200 | 201 | 204;
  readonly location: string | null;
}

/** Answers a change. @throws Fault as `printRows` */
export function writeReply(
  { body, rows, status, location }: Written,
  preferences: Preferences,
  format: Format,
  maxBytes: number,
): Reply<never> {
  const headers = {
    'content-range': `*/${preferences.count ? rows : '*'}`,
    ...(body === null ? {} : { 'content-type': TYPES[format.type] }),
    ...(location === null ? {} : { location }),
    ...preferenceHeaders(preferences),
  };
  return new Reply<never>(body === null ? NOTHING : printRows(body, rows, format, maxBytes), { status, headers });
}
