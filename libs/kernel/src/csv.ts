/** The beginning of what a spreadsheet would run as a formula (CWE-1236). */
const BEGINNING = String.raw`(?:[\s\u0000-\u001f]*[=+\-@\uff0b\uff0d\uff1d\uff20]|[\t\r\n])`;
const FORMULA = new RegExp(`^${BEGINNING}`, 'u');
/** The same behind apostrophes. */
const GUARDED = new RegExp(`^'+${BEGINNING}`, 'u');

/** A text that no spreadsheet runs: a formula gets an apostrophe in front, and one that has apostrophes already gets one more. */
export function guardFormula(text: string): string {
  return FORMULA.test(text) || GUARDED.test(text) ? `'${text}` : text;
}

/** The text that `guardFormula` was given. */
export function unguardFormula(text: string): string {
  return GUARDED.test(text) ? text.slice(1) : text;
}

/** A line of CSV (RFC 4180). A text that a spreadsheet would run gets an apostrophe in front; null and undefined are empty. */
export function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value as string | number | bigint | boolean);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
