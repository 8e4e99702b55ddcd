import type { RowChange } from '@tenantry/database';
import { parseExact } from './json.js';
import { rowKey } from './row-key.js';
import { openValue, type Opens, placeOf } from './sealed-value.js';
import type { AnswerShape, EncryptedValue } from './statement/shape.js';

/** An answer with its encrypted values opened, and the trace that this leaves. */
export interface OpenedAnswer {
  readonly rows: readonly object[];
  /** One entry for each row of which something was opened. */
  readonly reads: readonly RowChange[];
  /** What was opened, as `table.column`. */
  readonly columns: readonly string[];
}

export type Row = Record<string, unknown>;

/** Opens the encrypted values of an answer that Postgres built. */
export async function openAnswer(
  vault: Opens,
  tenantId: string,
  body: string,
  shape: AnswerShape,
): Promise<OpenedAnswer> {
  return openRows(vault, tenantId, parseExact(body) as Row[], shape);
}

/** Opens the encrypted values of rows, in place. */
export async function openRows(
  vault: Opens,
  tenantId: string,
  rows: readonly Row[],
  shape: AnswerShape,
): Promise<OpenedAnswer> {
  const opener = new AnswerOpener(vault, tenantId);
  await Promise.all(rows.map((row) => opener.row(row, shape)));
  return { rows, reads: [...opener.reads.values()], columns: [...opener.columns].sort() };
}

class AnswerOpener {
  readonly reads = new Map<string, RowChange>();
  readonly columns = new Set<string>();

  constructor(
    private readonly vault: Opens,
    private readonly tenantId: string,
  ) {}

  async row(row: Row, { values, embedded }: AnswerShape): Promise<void> {
    await Promise.all([
      ...values.map((value) => this.#value(row, value)),
      ...embedded.flatMap(({ key, shape }) => childrenOf(row[key]).map((child) => this.row(child, shape))),
    ]);
  }

  async #value(row: Row, { key, table, column }: EncryptedValue): Promise<void> {
    // An array of the sealed text and the parts of the row's key; null where there is no value, nothing where it was stripped.
    const found = row[key] as readonly [string, ...string[]] | null | undefined;
    if (!found) {
      return;
    }
    const [sealed, ...parts] = found;
    const resource = table.definition.name;
    const id = rowKey(parts);
    row[key] = await openValue(this.vault, this.tenantId, placeOf(resource, column.name, id), sealed, column);
    this.reads.set(`${resource} ${id}`, { resource, id, action: 'read' });
    this.columns.add(`${resource}.${column.name}`);
  }
}

function childrenOf(value: unknown): Row[] {
  return Array.isArray(value) ? (value as Row[]) : value ? [value as Row] : [];
}
