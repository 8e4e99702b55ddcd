import { guardFormula } from '@tenantry/kernel';

type Row = Readonly<Record<string, unknown>>;

/**
 * Whether texts that a spreadsheet would run as a formula have an apostrophe in front (CWE-1236): `formula`, or `none` for cells that are
 * exactly the values. A caller says so as a parameter of the media type: `text/csv; escape=none`.
 */
export type CsvEscape = 'formula' | 'none';

/** The parameter of a media type such as `text/csv; charset=utf-8; escape=none`; null for a word that is not known. */
export function escapeOf(mediaType: string): CsvEscape | null {
  const given = /;\s*escape\s*=\s*"?([^";\s]*)"?/i.exec(mediaType)?.[1]?.toLowerCase() ?? 'formula';
  return given === 'formula' || given === 'none' ? given : null;
}

/** A line of CSV (RFC 4180). Null is nothing, the empty text is `""`. */
export function csvLine(values: readonly unknown[], escape: CsvEscape): string {
  return `${values.map((value) => csvCell(value, escape)).join(',')}\r\n`;
}

function csvCell(value: unknown, escape: CsvEscape): string {
  if (value === null || value === undefined) {
    return '';
  }
  const text = cellText(value, escape);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Numbers, also negative ones, are no formulas. */
function cellText(value: unknown, escape: CsvEscape): string {
  if (typeof value === 'string') {
    return escape === 'formula' ? guardFormula(value) : value;
  }
  return JSON.stringify(value);
}

/** Rows as CSV with a header line, as PostgREST prints them; embedded tables are JSON in a cell. */
export function printCsv(rows: readonly Row[]): string {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return rows.length ? lines.map((values) => csvLine(values, 'none')).join('') : '';
}
