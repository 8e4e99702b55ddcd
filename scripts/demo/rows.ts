/** One row as the import takes it: column name → JSON value. */
export type Row = Record<string, string | number | null>;

/** A column as `POST /v1/tables` takes it. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly primaryKey?: boolean;
  readonly nullable?: boolean;
  readonly classification?: 'internal' | 'personal' | 'sensitive' | 'phi';
  readonly references?: { readonly table: string; readonly column: string; readonly onDelete?: string };
}

/** A table definition and its rows, parents before children. */
export interface LoadableTable {
  readonly definition: {
    readonly name: string;
    readonly columns: readonly Column[];
    readonly subjectColumn?: string;
  };
  readonly rows: readonly Row[];
}

/** Rows as newline-delimited JSON, the shape that the bulk import reads. */
export function toNdjson(rows: readonly Row[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}
