import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fakeChinook } from './fake-chinook.js';
import type { Column, LoadableTable, Row } from './rows.js';

type Source = Record<string, Record<string, string | number | null>[]>;

const key = (name: string): Column => ({ name, type: 'integer', primaryKey: true });
const text = (name: string): Column => ({ name, type: 'text', nullable: true });
const number = (name: string, type = 'integer'): Column => ({ name, type });
const personal = (name: string): Column => ({ name, type: 'text', nullable: true, classification: 'personal' });
const link = (name: string, table: string, nullable = false): Column => ({
  name,
  type: 'integer',
  nullable,
  references: { table, column: table === 'employees' ? 'employee_id' : `${table.replace(/s$/, '')}_id` },
});

const contact = ['address', 'city', 'state', 'country', 'postal_code', 'phone', 'fax', 'email'].map(personal);

/** Chinook's eleven tables, parents before children; what identifies a person is classified. */
const tables: { source: string; name: string; columns: Column[]; subjectColumn?: string }[] = [
  { source: 'Genre', name: 'genres', columns: [key('genre_id'), text('name')] },
  { source: 'MediaType', name: 'media_types', columns: [key('media_type_id'), text('name')] },
  { source: 'Artist', name: 'artists', columns: [key('artist_id'), text('name')] },
  { source: 'Album', name: 'albums', columns: [key('album_id'), text('title'), link('artist_id', 'artists')] },
  {
    source: 'Track',
    name: 'tracks',
    columns: [
      key('track_id'),
      text('name'),
      link('album_id', 'albums', true),
      link('media_type_id', 'media_types'),
      link('genre_id', 'genres', true),
      text('composer'),
      number('milliseconds'),
      number('bytes', 'bigint'),
      number('unit_price', 'numeric'),
    ],
  },
  {
    source: 'Employee',
    name: 'employees',
    subjectColumn: 'employee_id',
    columns: [
      key('employee_id'),
      personal('last_name'),
      personal('first_name'),
      text('title'),
      link('reports_to', 'employees', true),
      { name: 'birth_date', type: 'timestamp', nullable: true, classification: 'personal' },
      { name: 'hire_date', type: 'timestamp', nullable: true },
      ...contact,
    ],
  },
  {
    source: 'Customer',
    name: 'customers',
    subjectColumn: 'customer_id',
    columns: [
      key('customer_id'),
      personal('first_name'),
      personal('last_name'),
      text('company'),
      ...contact,
      {
        name: 'support_rep_id',
        type: 'integer',
        nullable: true,
        references: { table: 'employees', column: 'employee_id' },
      },
    ],
  },
  {
    source: 'Invoice',
    name: 'invoices',
    subjectColumn: 'customer_id',
    columns: [
      key('invoice_id'),
      link('customer_id', 'customers'),
      { name: 'invoice_date', type: 'timestamp' },
      personal('billing_address'),
      personal('billing_city'),
      personal('billing_state'),
      personal('billing_country'),
      personal('billing_postal_code'),
      number('total', 'numeric'),
    ],
  },
  {
    source: 'InvoiceLine',
    name: 'invoice_lines',
    columns: [
      key('invoice_line_id'),
      link('invoice_id', 'invoices'),
      link('track_id', 'tracks'),
      number('unit_price', 'numeric'),
      number('quantity'),
    ],
  },
  { source: 'Playlist', name: 'playlists', columns: [key('playlist_id'), text('name')] },
  {
    source: 'PlaylistTrack',
    name: 'playlist_tracks',
    columns: [
      { ...link('playlist_id', 'playlists'), primaryKey: true },
      { ...link('track_id', 'tracks'), primaryKey: true },
    ],
  },
];

const snakeCase = (name: string): string => name.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase();

function renameKeys(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [snakeCase(name), value]));
}

/** Managers before the people who report to them, so that the rows can be inserted in order. */
function parentsFirst(rows: Row[]): Row[] {
  return rows.toSorted((a, b) => Number(a['reports_to'] ?? 0) - Number(b['reports_to'] ?? 0));
}

/** The Chinook music shop: real rows from `dataDir` when they are there, else made-up rows of the same shape. */
export async function loadChinook(dataDir: string): Promise<{ tables: LoadableTable[]; origin: string }> {
  const file = join(dataDir, 'chinook', 'chinook.json');
  const real = await readFile(file, 'utf8').catch(() => undefined);
  const source: Source = real ? (JSON.parse(real) as Source) : fakeChinook();
  const loaded = tables.map(({ source: name, ...definition }) => {
    const rows = (source[name] ?? []).map(renameKeys);
    return { definition, rows: definition.name === 'employees' ? parentsFirst(rows) : rows };
  });
  return { tables: loaded, origin: real ? file : '@faker-js/faker' };
}
