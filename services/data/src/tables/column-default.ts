import { Fault } from '@tenantry/kernel';
import type { ColumnType } from './column-type.js';
import { acceptsJson, expected } from './column-value.js';
import type { ColumnDefault } from './table-definition.js';

const functions: Readonly<Record<string, readonly ColumnType['family'][]>> = {
  'now()': ['timestamp', 'date'],
  'uuidv7()': ['uuid'],
  'gen_random_uuid()': ['uuid'],
};

/**
 * Reads a column's default: one of three functions where the type fits, else a literal. A text column can have the
 * literal text `now()`.
 * @throws Fault `invalid-input`
 */
export function parseDefault(value: unknown, type: ColumnType, field: string): ColumnDefault | null {
  if (value === undefined || value === null) {
    return null;
  }
  if (typeof value === 'string') {
    const name = value
      .trim()
      .toLowerCase()
      .replace(/^(current_timestamp|now)$/, 'now()');
    if (Object.hasOwn(functions, name) && !type.array && functions[name]!.includes(type.family)) {
      return { function: name } as ColumnDefault;
    }
  }
  if (!acceptsJson(type, value)) {
    throw new Fault('invalid-input', {
      field,
      detail: `${field} must be ${expected[type.family]}, or a function that fits: ${Object.keys(functions).join(', ')}`,
    });
  }
  return { literal: value };
}

/** The literal in Postgres' text form, for the DDL. */
export function literalText(value: unknown, type: ColumnType): string {
  if (type.array && Array.isArray(value)) {
    return `{${value.map((item) => (item === null ? 'NULL' : `"${String(item).replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
  }
  return type.family === 'json' ? JSON.stringify(value) : String(value);
}
