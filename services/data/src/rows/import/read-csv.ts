import { Readable } from 'node:stream';
import { parseJsonStrict } from '@tenantry/contracts';
import { Fault, unguardFormula } from '@tenantry/kernel';
import { CsvError, parse } from 'csv-parse';
import { parseColumnType } from '../../tables/column-type.js';
import { columnOf, type TableDefinition } from '../../tables/table-definition.js';
import type { CsvEscape } from '../csv.js';
import type { JsonRow } from '../rows-body.js';
import { headerFault, importFault } from './import-fault.js';

const MAX_ROW_BYTES = 1024 * 1024;

/**
 * Reads rows of CSV (RFC 4180) with a header line. A cell with nothing in it is null; a quoted one is text, also when it is
 * empty. Cells of JSON columns and lists are JSON. The apostrophe that an export put in front of a formula is taken off again.
 * @throws Fault `import-refused` naming the row
 */
export async function* readCsv(
  source: AsyncIterable<Buffer>,
  table: TableDefinition,
  escape: CsvEscape,
): AsyncGenerator<JsonRow> {
  const parser = parse({
    bom: true,
    max_record_size: MAX_ROW_BYTES,
    skip_empty_lines: true,
    cast: (value, { quoting }) =>
      value === '' && !quoting ? null : escape === 'formula' ? unguardFormula(value) : value,
  });
  const decoded = Readable.from(decodeUtf8(source));
  decoded.on('error', (error) => parser.destroy(error));
  let header: readonly string[] | null = null;
  let row = 0;
  try {
    for await (const record of decoded.pipe(parser) as AsyncIterable<(string | null)[]>) {
      if (header === null) {
        header = checkHeader(record);
        continue;
      }
      row += 1;
      yield rowOf(header, record, table, row);
    }
  } catch (error) {
    throw error instanceof CsvError
      ? importFault(rowAt(error), new Fault('malformed-request', { detail: syntaxOf(error) }))
      : error;
  }
}

async function* decodeUtf8(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of source) {
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? headerFault('body', 'The import is not valid UTF-8') : error;
  }
}

function checkHeader(cells: readonly (string | null)[]): readonly string[] {
  const names = cells.map((cell) => (cell ?? '').trim());
  const wrong = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (wrong !== undefined) {
    throw headerFault('header', wrong === '' ? 'A column of the header has no name' : `The header has ${wrong} twice`);
  }
  return names;
}

function rowOf(
  header: readonly string[],
  cells: readonly (string | null)[],
  table: TableDefinition,
  row: number,
): JsonRow {
  const entries = header.map((name, index) => {
    const column = columnOf(table, name);
    const type = column && parseColumnType(column.type);
    const cell = cells[index] ?? null;
    return [name, cell !== null && type && (type.array || type.family === 'json') ? jsonCell(cell, name, row) : cell];
  });
  return Object.fromEntries(entries) as JsonRow;
}

function jsonCell(cell: string, name: string, row: number): unknown {
  try {
    return parseJsonStrict(Buffer.from(cell));
  } catch (cause) {
    const detail = `${name} is not JSON with at most 64 levels, no name twice and no integer that would lose digits`;
    throw importFault(row, new Fault('malformed-request', { field: name, detail, cause }));
  }
}

/** The parser is ahead of the rows that were taken from it; it counts the header too. */
function rowAt(error: CsvError): number {
  return Math.max(1, Number(error['records']));
}

/** The parser's own messages quote the row. */
function syntaxOf({ code }: CsvError): string {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
      return 'It has not as many cells as the header';
    case 'CSV_MAX_RECORD_SIZE':
      return `A row has at most ${MAX_ROW_BYTES} bytes`;
    default:
      return 'It is not valid CSV';
  }
}
