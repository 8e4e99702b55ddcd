import type { SealedPlace, Vault } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { parseColumnType, type ColumnType } from '../tables/column-type.js';
import type { ColumnDefinition } from '../tables/table-definition.js';
import { exactNumber, parseExact } from './json.js';

/** An encrypted column's value as the text that is sealed: one spelling for one value. */
export function plaintextOf(column: ColumnDefinition, value: unknown): string {
  const type = parseColumnType(column.type);
  if (type.array || type.family === 'json') {
    return JSON.stringify(value);
  }
  const text = String(value);
  switch (type.family) {
    case 'integer':
      return BigInt(text.replace('+', '')).toString();
    case 'boolean':
      return String(/^(true|t|yes|on|1)$/i.test(text));
    case 'date':
      return text.trim().slice(0, 'YYYY-MM-DD'.length);
    case 'uuid':
      return text.toLowerCase();
    default:
      return checkLength(column, type, text);
  }
}

function checkLength({ name }: ColumnDefinition, { sql }: ColumnType, text: string): string {
  const length = /^(?:var)?char\((\d+)\)$/.exec(sql)?.[1];
  if (length !== undefined && [...text].length > Number(length)) {
    throw new Fault('check-violation', {
      field: name,
      detail: `${name} has at most ${length} characters`,
      extra: { code: '22001' },
    });
  }
  return text;
}

/** The JSON value of an opened text. */
export function jsonOf(column: ColumnDefinition, plaintext: string): unknown {
  const type = parseColumnType(column.type);
  if (type.array || type.family === 'json') {
    return parseExact(plaintext);
  }
  switch (type.family) {
    case 'integer':
    case 'decimal':
      return exactNumber(plaintext);
    case 'boolean':
      return plaintext === 'true';
    default:
      return plaintext;
  }
}

/** Where the value of a column of a row is sealed for. */
export function placeOf(table: string, column: string, row: string): SealedPlace {
  return { table, column, row };
}

/** Whatever opens sealed values. */
export type Opens = Pick<Vault, 'open'>;

/** Opens each value once, although it is first compared and then shown. A value that lies elsewhere is another one. */
export function openingOnce(vault: Opens): Opens {
  const opened = new Map<string, Promise<string>>();
  return {
    open(tenantId, place, sealed) {
      const key = JSON.stringify([tenantId, place.table, place.column, place.row, sealed]);
      const found = opened.get(key) ?? vault.open(tenantId, place, sealed);
      opened.set(key, found);
      return found;
    },
  };
}

/** Opens a stored value. */
export async function openValue(
  vault: Opens,
  tenantId: string,
  place: SealedPlace,
  sealed: string,
  column: ColumnDefinition,
): Promise<unknown> {
  return jsonOf(column, await vault.open(tenantId, place, sealed));
}
