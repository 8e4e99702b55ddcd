import { createHmac, type KeyObject } from 'node:crypto';

/** A column whose encrypted values are found by equality. */
export interface IndexedColumn {
  readonly table: string;
  readonly column: string;
}

/**
 * So few bits that values share an index: 1 in 65,536. A leaked table then shows groups of rows that may be equal instead of
 * which rows are, and whoever searches opens the few others and leaves them out. (CipherSweet, "Blind index planning".)
 */
const INDEX_BYTES = 2;

/**
 * The blind index of a value: HMAC-SHA256 under the tenant's index key over table, column and the value in Unicode NFC and
 * lower case, cut to 16 bits. Equal values in two columns or tenants have nothing in common.
 */
export function blindIndexOf(key: KeyObject, { table, column }: IndexedColumn, value: string): number {
  const input = JSON.stringify([table, column, value.normalize('NFC').toLowerCase()]);
  return createHmac('sha256', key).update(input).digest().readUIntBE(0, INDEX_BYTES);
}
