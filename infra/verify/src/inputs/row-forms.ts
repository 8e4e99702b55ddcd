import type { Operation } from '@tenantry/contracts';
import type { Request } from '../client/client.js';
import type { Form, Ids } from './form.js';
import type { Bench, Kind, Thing } from './kinds.js';
import { newValues } from './tables.js';

/** The same thing twice: a table of the tenant's own, and a product table that every tenant has. */
const places: readonly (readonly [label: string, kind: Kind])[] = [
  ['own table', 'table'],
  ['product table', 'productRow'],
];

type Writer = (ids: Ids, bench: Bench) => Request;

const RETURN = { prefer: 'return=representation' };

const at = ({ name }: Ids, rest = ''): string => `/rest/v1/${String(name)}${rest}`;
const row = ({ row: id }: Ids): string => `id=eq.${String(id)}`;
const newRow = ({ parentRow }: Ids, { tenant }: Bench): string =>
  JSON.stringify({ ...newValues(tenant.canary), parent_id: parentRow });

/** How the row API's requests name a table and its rows, by operation: it takes them in PostgREST's own form. */
const writers: Readonly<Record<string, Writer>> = {
  ReadRows: (ids) => ({ method: 'GET', path: at(ids, `?${row(ids)}`) }),
  SearchRows: (ids) => ({
    method: 'POST',
    path: at(ids, '/search'),
    body: JSON.stringify({ id: `eq.${String(ids.row)}` }),
  }),
  InsertRows: (ids, bench) => ({ method: 'POST', path: at(ids), headers: RETURN, body: newRow(ids, bench) }),
  UpdateRows: (ids, { tenant }) => ({
    method: 'PATCH',
    path: at(ids, `?${row(ids)}`),
    headers: RETURN,
    body: JSON.stringify(newValues(tenant.canary)),
  }),
  DeleteRows: (ids) => ({ method: 'DELETE', path: at(ids, `?${row(ids)}`), headers: RETURN }),
  ImportRows: (ids, bench) => ({
    method: 'POST',
    path: at(ids, '/import'),
    headers: { 'content-type': 'application/x-ndjson' },
    body: `${newRow(ids, bench)}\n`,
  }),
  ExportRows: (ids) => ({
    method: 'GET',
    path: at(ids, `/export?${row(ids)}`),
    headers: { accept: 'application/x-ndjson' },
  }),
};

/** The requests of a row API operation. @throws Error for one that nobody knows how to write */
export async function rowForms(
  operation: Operation,
  bench: Bench,
  make: (kind: Kind) => Promise<Thing>,
): Promise<Form[]> {
  const write = writers[operation.name];
  if (!write) throw new Error(`Nobody knows the form of ${operation.name}; add it to row-forms.ts`);
  const { canary, owner } = bench.tenant;
  const forms: Form[] = [];
  for (const [label, kind] of places) {
    const { name, row: id, parentRow } = await make(kind);
    forms.push({
      label,
      caller: owner,
      ids: { name, row: id, parentRow },
      request: (ids) => write(ids, bench),
      // A filter that finds nothing succeeds too; a control must show the row.
      proves: ({ text }) => operation.streams === 'request' || text.includes(canary.text),
    });
  }
  return forms;
}
