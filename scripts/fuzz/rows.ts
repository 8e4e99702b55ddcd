import type { Operation } from '@tenantry/contracts';
import fc from 'fast-check';
import type { Case } from './case.js';
import { asHead, onHeaders, onQuery } from './hostile.js';
import { fitting, joined, order, page, sealed, select, tables, wild, wildHeaders, wildQuery } from './row-queries.js';
import { hostileValue, names, row, textual } from './row-values.js';
import { ROWS_TABLE } from './world.js';

const prefer = fc
  .subarray(['return=representation', 'count=exact', 'missing=default', 'return=minimal'])
  .map((parts): Record<string, string> => (parts.length ? { prefer: parts.join(', ') } : {}));

const base = (operation: Operation, kind: Case['kind'], query: string): Case => ({
  operation: operation.name,
  kind,
  method: operation.http!.method,
  target: operation.http!.path.replace('{table}', ROWS_TABLE) + (query ? `?${query}` : ''),
  headers: {},
  body: null,
});

/** Uniform columns, as PostgREST asks for. */
const uniform = (rows: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] => {
  const all = [...new Set(rows.flatMap((one) => Object.keys(one)))].filter(
    (name) => name !== 'code' && name !== 'handle',
  );
  return rows.map((one) => Object.fromEntries(all.map((name) => [name, one[name] ?? null])));
};

const ndjson = (rows: readonly object[]): string => rows.map((one) => `${JSON.stringify(one)}\n`).join('');

const csvCell = (value: unknown): string =>
  value === null || value === undefined ? '' : `"${textual(value).replaceAll('"', '""')}"`;

const csv = (rows: readonly Record<string, unknown>[]): string => {
  const header = Object.keys(rows[0] ?? { label: 1 });
  return [header.join(), ...rows.map((one) => header.map((name) => csvCell(one[name])).join())].join('\r\n');
};

type Payload = Pick<Case, 'body' | 'headers'>;

const json = (text: string): Payload => ({ headers: { 'content-type': 'application/json' }, body: { text } });

const nothing: fc.Arbitrary<Payload> = fc.constant({ headers: {}, body: null });

const rowsOf = fc.array(row, { minLength: 1, maxLength: 4 }).map(uniform);

/** Messages of the Model Context Protocol, by an agent. */
const messages = fc
  .tuple(fc.constantFrom('initialize', 'ping', 'tools/list', 'notifications/initialized', 'tools/call'), fc.nat())
  .map(([method, id]) => {
    const isCall = method === 'tools/call';
    const params = isCall ? { name: 'list_meters', arguments: {} } : {};
    const { headers, body } = json(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return { headers: { ...headers, authorization: 'Bearer {{mcpToken.token}}' }, body };
  });

/** What each operation takes as its query and body when all is well. */
const wells: Readonly<
  Record<string, { readonly query: fc.Arbitrary<string>; readonly payload: fc.Arbitrary<Payload> }>
> = {
  ReadRows: { query: joined([select, order, page, fitting], 4), payload: nothing },
  ExportRows: {
    query: joined([order, fitting], 2),
    payload: fc.constantFrom(
      { headers: { accept: 'text/csv' }, body: null },
      { headers: { accept: 'application/x-ndjson' }, body: null },
    ),
  },
  SearchRows: {
    query: fc.constant(''),
    payload: joined([select, order, fitting, sealed, page], 4).map((form) => ({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: { text: form },
    })),
  },
  InsertRows: {
    query: fc.constant(''),
    payload: fc.tuple(rowsOf, prefer).map(([rows, headers]) => ({
      headers: { ...json('').headers, ...headers },
      body: { text: JSON.stringify(rows) },
    })),
  },
  UpdateRows: {
    query: fitting,
    payload: row.map(({ code: _code, handle: _handle, ...rest }) => json(JSON.stringify({ label: 'x', ...rest }))),
  },
  DeleteRows: {
    query: fc.constantFrom('count=eq.19', 'label=eq.nothing', 'count=gt.2000000000&active=is.true'),
    payload: nothing,
  },
  Mcp: { query: fc.constant(''), payload: messages },
  ImportRows: {
    query: fc.constant(''),
    payload: fc
      .tuple(rowsOf, fc.boolean())
      .map(([rows, isCsv]) =>
        isCsv
          ? { headers: { 'content-type': 'text/csv' }, body: { text: csv(rows) } }
          : { headers: { 'content-type': 'application/x-ndjson' }, body: { text: ndjson(rows) } },
      ),
  },
};

/** Requests to the row API that ask for something there is. */
export function validRows(operation: Operation): fc.Arbitrary<Case> {
  const { query, payload } = wellOf(operation);
  return fc.tuple(query, payload).map(([text, sent]) => ({ ...base(operation, 'valid', text), ...sent }));
}

function wellOf({ name }: Operation): (typeof wells)[string] {
  return wells[name] ?? { query: fc.constant(''), payload: nothing };
}

const wildRow = fc
  .tuple(row, fc.constantFrom(...names, 'id', 'tenant_id', 'parent_id', 'nothing', '__proto__', ''), hostileValue)
  .map(([one, name, value]) => Object.fromEntries([...Object.entries(one), [name, value]]));

const wildPayload: fc.Arbitrary<Payload> = fc.oneof(
  wildRow.map((one) => json(JSON.stringify(one))),
  fc.array(wildRow, { maxLength: 5 }).map((rows) => json(JSON.stringify(rows))),
  fc
    .array(wildRow, { maxLength: 5 })
    .map((rows) => ({ headers: { 'content-type': 'application/x-ndjson' }, body: { text: ndjson(rows) } })),
  fc
    .array(wildRow, { minLength: 1, maxLength: 5 })
    .map((rows) => ({ headers: { 'content-type': 'text/csv' }, body: { text: csv(rows) } })),
  fc
    .tuple(wildRow, fc.nat(), fc.constantFrom('text/csv', 'application/x-ndjson', 'application/json'))
    .map(([one, at, type]) => {
      const text = type === 'text/csv' ? csv([one]) : JSON.stringify(one);
      return { headers: { 'content-type': type }, body: { text: text.slice(0, at % (text.length + 1)) } };
    }),
  fc
    .tuple(fc.constantFrom('document', 'tags', 'label', 'count'), fc.constantFrom(100, 20_000))
    .map(([name, depth]) => ({
      headers: { 'content-type': 'text/csv' },
      body: { text: `${name}\n"${'['.repeat(depth)}${']'.repeat(depth)}"` },
    })),
  fc
    .tuple(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('text/csv', 'application/x-ndjson', 'application/json', 'application/octet-stream', ''),
    )
    .map(([bytes, type]) => ({
      headers: (type ? { 'content-type': type } : {}) as Record<string, string>,
      body: { base64: Buffer.from(bytes).toString('base64') },
    })),
  fc.tuple(wild, wild).map((parts) => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: { text: parts.join('&') },
  })),
);

/** Requests to the row API with anything anywhere. */
export function hostileRows(operation: Operation): fc.Arbitrary<Case> {
  const isRead = operation.http!.method === 'GET';
  const { query, payload } = wellOf(operation);
  const either = <T>(well: fc.Arbitrary<T>, ill: fc.Arbitrary<T>): fc.Arbitrary<T> =>
    fc.oneof(well, { weight: 2, arbitrary: ill });
  return fc
    .tuple(
      either(query, wildQuery),
      isRead ? payload : either(payload, wildPayload),
      wildHeaders,
      tables,
      fc.option(fc.oneof(onQuery, onHeaders, asHead), { freq: 1 }),
    )
    .map(([text, sent, headers, table, change]) => {
      const one = { ...base(operation, 'hostile', text), ...sent, headers: { ...headers, ...sent.headers } };
      const aimed = { ...one, target: one.target.replace(ROWS_TABLE, () => table) };
      return change ? change(aimed) : aimed;
    });
}
