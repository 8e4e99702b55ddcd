import { createHash } from 'node:crypto';
import { Fault } from '@tenantry/kernel';
import { CsvError, parse } from 'csv-parse/sync';

/** Somebody of the tenant's people, as its personnel system has them. */
export interface RosterPerson {
  readonly email: string;
  readonly hasLeft: boolean;
  /** The role that they should have; null when the roster says nothing of it. */
  readonly role: string | null;
}

/** A roster that was read. */
export interface Roster {
  readonly people: readonly RosterPerson[];
  readonly digest: string;
}

interface CsvRow {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

export const MAX_PEOPLE = 20_000;
const MAX_RECORD_BYTES = 20_000;
/** How personnel systems say it. */
const HERE = new Set(['', 'active', 'employed', 'on leave', 'leave']);
const GONE = new Set(['left', 'inactive', 'terminated', 'offboarded']);
const ADDRESS = /^[^\s@]{1,64}@[^\s@]{1,189}$/;
const ROLE = /^[a-z][a-z_]{1,39}$/;

/**
 * Reads a roster (RFC 4180, also with semicolons or tabs). Names of columns count in whatever case; who is listed twice must be listed alike.
 * @throws Fault `invalid-input` naming the line
 */
export function readRoster(csv: string): Roster {
  const people = new Map<string, RosterPerson>();
  for (const { record, info } of rowsOf(csv)) {
    const person = personOf(record, info.lines);
    const known = people.get(person.email);
    if (known && (known.hasLeft !== person.hasLeft || known.role !== person.role))
      throw broken(info.lines, `${person.email} is listed before, and differently`);
    people.set(person.email, person);
    if (people.size > MAX_PEOPLE) throw broken(info.lines, `a roster has at most ${MAX_PEOPLE} people`);
  }
  if (people.size === 0) throw broken(1, 'there is nobody in it');
  return { people: [...people.values()], digest: createHash('sha256').update(csv).digest('hex') };
}

function rowsOf(csv: string): CsvRow[] {
  try {
    return parse(csv, {
      ...{ bom: true, delimiter: [',', ';', '\t'], info: true, skip_empty_lines: true, trim: true },
      ...{ max_record_size: MAX_RECORD_BYTES, columns: headerOf },
    }) as unknown as CsvRow[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw broken(Number(error['lines'] ?? 1), SYNTAX[error.code] ?? 'it is not valid CSV');
  }
}

/** The parser's own messages quote the line. */
const SYNTAX: Readonly<Record<string, string>> = {
  CSV_RECORD_INCONSISTENT_COLUMNS: 'it has not as many cells as the header',
  CSV_RECORD_INCONSISTENT_FIELDS_LENGTH: 'it has not as many cells as the header',
  CSV_QUOTE_NOT_CLOSED: 'a quotation mark is not closed',
  CSV_MAX_RECORD_SIZE: `it is longer than ${MAX_RECORD_BYTES} characters`,
};

function headerOf(cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.toLowerCase());
  if (!names.includes('email')) throw broken(1, 'the header names no column email');
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index);
  if (twice !== undefined) throw broken(1, `the header has a column twice`);
  return names.map((name, index) => name || `#${index}`);
}

function personOf(record: CsvRow['record'], line: number): RosterPerson {
  const email = (record['email'] ?? '').toLowerCase();
  if (!ADDRESS.test(email)) throw broken(line, 'email is no address');
  const status = (record['status'] ?? '').toLowerCase();
  if (!HERE.has(status) && !GONE.has(status)) throw broken(line, 'status is neither active nor left');
  const role = (record['role'] ?? '').toLowerCase();
  if (role !== '' && !ROLE.test(role)) throw broken(line, 'role is none of the tenant’s');
  return { email, hasLeft: GONE.has(status), role: role || null };
}

function broken(line: number, detail: string): Fault {
  return new Fault('invalid-input', { field: 'csv', detail: `Line ${line}: ${detail}` });
}
