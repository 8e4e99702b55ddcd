/** One collected row: its values, and which columns were left out because they are about somebody else or secret. */
export interface CopiedRow {
  readonly row: Readonly<Record<string, unknown>>;
  readonly redacted: readonly string[];
}

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?$/;

/** The rows of NDJSON pieces, line by line, as text: numbers keep their digits. */
export async function* linesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  for await (const piece of pieces) {
    yield* Buffer.from(piece).toString().split('\n').filter(Boolean);
  }
}

/** A row without the columns that the review left out. */
export function reviewed(line: string, withhold: ReadonlySet<string>): CopiedRow {
  const { row, redacted } = JSON.parse(line, keepDigits as never) as CopiedRow;
  const left = Object.keys(row).filter((name) => withhold.has(name));
  return { row: { ...row, ...Object.fromEntries(left.map((name) => [name, null])) }, redacted: [...redacted, ...left] };
}

/** A number that a double would change stays the text that it was. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJson(source) : value;
}

const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** A row for a machine: what was left out is named beside it. */
export function jsonOf({ row, redacted }: CopiedRow): string {
  return JSON.stringify(redacted.length > 0 ? { ...row, _withheld: redacted } : row);
}

/** A value as a person reads it. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A line of CSV (RFC 4180). A text that a spreadsheet would run as a formula has an apostrophe in front (CWE-1236). */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  const text = textOf(value);
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
}
