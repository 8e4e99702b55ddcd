import { parseJsonStrict } from '@tenantry/contracts';
import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { Grant } from '../access/access-rule.js';
import type { PlacedTable } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import { acceptsJson, expected } from '../tables/column-value.js';
import type { ColumnDefinition } from '../tables/table-definition.js';
import { requireColumn, TENANT_COLUMN } from './statement/scope.js';

export type JsonRow = Readonly<Record<string, unknown>>;

/** A caller who made more mistakes than this is told the first ones. */
const MAX_PROBLEMS = 20;
const JSON_TYPE = /^application\/(json|vnd\.pgrst\.(object|array)(\+json)?)\s*(;|$)/i;

/** Reads a body of one row or many. @throws Fault */
export function parseRows(body: Uint8Array, contentType: string): { rows: readonly JsonRow[]; isArray: boolean } {
  if (contentType !== '' && !JSON_TYPE.test(contentType)) {
    throw new Fault('unsupported-media-type', { detail: 'Rows are sent as application/json' });
  }
  const value = parseJsonStrict(body);
  const rows: readonly unknown[] = Array.isArray(value) ? value : [value];
  const wrong = rows.findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (wrong >= 0) {
    const field = Array.isArray(value) ? `[${wrong}]` : 'body';
    throw new Fault('malformed-request', { field, detail: `${field} is not an object`, extra: { code: 'PGRST102' } });
  }
  return { rows: rows as readonly JsonRow[], isArray: Array.isArray(value) };
}

/** The columns that rows give: the same ones in every row, unless they are named apart. @throws Fault */
export function columnNames(rows: readonly JsonRow[], named: readonly string[] | null): readonly string[] {
  if (named) {
    return named;
  }
  const first = Object.keys(rows[0] ?? {});
  const wrong = rows.findIndex(
    (row) => Object.keys(row).length !== first.length || first.some((name) => !Object.hasOwn(row, name)),
  );
  if (wrong >= 0) {
    throw new Fault('malformed-request', {
      field: `[${wrong}]`,
      detail: 'All rows must have the same columns; name them with ?columns= where some leave one out',
      extra: { code: 'PGRST102' },
    });
  }
  return first;
}

/** The columns of these names that may be set, without `tenant_id`. @throws Fault */
export function writableColumns(
  table: PlacedTable,
  names: readonly string[],
  grant: Grant,
): readonly ColumnDefinition[] {
  return names.filter((name) => name !== TENANT_COLUMN.name).map((name) => requireColumn(table, name, grant, name));
}

/**
 * Checks the values that rows give. `tenant_id` may be named, as clients that filter on it do, but only as what it is.
 * @throws Fault `invalid-input` naming each value, or `forbidden` for another tenant's id
 */
export function checkRows(
  rows: readonly JsonRow[],
  columns: readonly ColumnDefinition[],
  tenantId: string,
  isArray: boolean,
): void {
  const problems: FieldProblem[] = [];
  const typed = columns.map((column) => ({ name: column.name, type: parseColumnType(column.type) }));
  for (const [index, row] of rows.entries()) {
    const tenant = row[TENANT_COLUMN.name];
    if (tenant !== undefined && (typeof tenant !== 'string' || tenant.toLowerCase() !== tenantId)) {
      throw new Fault('forbidden', {
        field: TENANT_COLUMN.name,
        detail: 'tenant_id is set by Tenantry',
        extra: { code: '42501' },
      });
    }
    for (const { name, type } of typed) {
      const value = row[name];
      if (value !== undefined && !acceptsJson(type, value)) {
        problems.push({
          field: isArray ? `[${index}].${name}` : name,
          message: `must be ${type.array ? 'a list, each ' : ''}${expected[type.family]}`,
        });
      }
    }
    if (problems.length >= MAX_PROBLEMS) {
      break;
    }
  }
  if (problems.length > 0) {
    const [first] = problems;
    throw new Fault('invalid-input', {
      detail: `${first!.field} ${first!.message}`,
      errors: problems.slice(0, MAX_PROBLEMS),
      extra: { code: '22P02' },
    });
  }
}
