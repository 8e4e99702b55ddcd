import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { fakeClinic } from './fake-clinic.js';
import type { Column, LoadableTable, Row } from './rows.js';

const text = (name: string): Column => ({ name, type: 'text', nullable: true });
const date = (name: string): Column => ({ name, type: 'date', nullable: true });
const decimal = (name: string): Column => ({ name, type: 'numeric', nullable: true });
const phi = (name: string, nullable = true): Column => ({ name, type: 'text', nullable, classification: 'phi' });
const personal = (name: string): Column => ({ name, type: 'text', nullable: true, classification: 'personal' });
const patient: Column = {
  name: 'patient',
  type: 'uuid',
  references: { table: 'patients', column: 'id', onDelete: 'cascade' },
};

/** Identifiers and the birth date are PHI (stored encrypted); names and the address are personal. */
const patientColumns: Column[] = [
  { name: 'id', type: 'uuid', primaryKey: true },
  phi('birthdate', false),
  date('deathdate'),
  phi('ssn'),
  phi('drivers'),
  phi('passport'),
  text('prefix'),
  personal('first'),
  personal('last'),
  text('suffix'),
  personal('maiden'),
  text('marital'),
  text('race'),
  text('ethnicity'),
  text('gender'),
  personal('birthplace'),
  personal('address'),
  text('city'),
  text('state'),
  text('county'),
  text('zip'),
  decimal('lat'),
  decimal('lon'),
  decimal('healthcare_expenses'),
  decimal('healthcare_coverage'),
];

const eventColumns = (): Column[] => [
  { name: 'id', type: 'integer', primaryKey: true },
  { name: 'start', type: 'date' },
  date('stop'),
  patient,
  { name: 'encounter', type: 'uuid' },
  { name: 'code', type: 'text' },
  { name: 'description', type: 'text', classification: 'sensitive' },
];

const tables = [
  { source: 'patients', name: 'patients', columns: patientColumns, subjectColumn: 'id' },
  { source: 'allergies', name: 'allergies', columns: eventColumns(), subjectColumn: 'patient' },
  { source: 'conditions', name: 'conditions', columns: eventColumns(), subjectColumn: 'patient' },
];

/** An empty CSV cell is a missing value; the event files have no key of their own, so their line number becomes it. */
function toRow(columns: readonly Column[], record: Record<string, string>, line: number): Row {
  const lower = new Map(Object.entries(record).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(
    columns.map(({ name, type }) => [name, lower.get(name) || (name === 'id' && type === 'integer' ? line : null)]),
  );
}

/** The clinic: real Synthea patients from `dataDir` when they are there, else made-up ones of the same shape. */
export async function loadClinic(dataDir: string): Promise<{ tables: LoadableTable[]; origin: string }> {
  const fake = fakeClinic();
  let origin = '@faker-js/faker';
  const loaded: LoadableTable[] = [];
  for (const { source, ...definition } of tables) {
    const csv = await readFile(join(dataDir, 'synthea', `${source}.csv`), 'utf8').catch(() => undefined);
    const records = csv ? parse<Record<string, string>>(csv, { columns: true, bom: true }) : (fake[source] ?? []);
    if (csv) origin = join(dataDir, 'synthea');
    loaded.push({ definition, rows: records.map((record, index) => toRow(definition.columns, record, index + 1)) });
  }
  return { tables: loaded, origin };
}
