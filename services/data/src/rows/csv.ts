import { isExactNumber } from './json.js';

type Row = Readonly<Record<string, unknown>>;

/** A line of CSV (RFC 4180). Null is nothing, the empty text is `""`. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  const text = typeof value === 'object' && !isExactNumber(value) ? JSON.stringify(value) : cellText(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function cellText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Rows as CSV with a header line; embedded tables are JSON in a cell. */
export function printCsv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  return rows.length ? [names, ...rows.map((row) => names.map((name) => row[name]))].map(csvLine).join('') : '';
}
