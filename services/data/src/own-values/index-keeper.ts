import { createSecretKey, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type SealedPlace, type Transaction, Vault } from '@tenantry/database';
import { ValueHasher } from '@tenantry/kernel';
import { rowKey } from '../rows/row-key.js';
import { placeOf } from '../rows/sealed-value.js';
import type { PlacedTable } from '../spaces/table-space.js';
import { type ColumnDefinition, isEncrypted } from '../tables/table-definition.js';
import type { GuardedRow } from './guarded-rows.table.js';
import { guardedColumns, marksOfRow, type ValueIndex } from './value-index.js';
import { insertIndex, type RowMarks } from './value-index.table.js';

const KEY_BYTES = 32;

/** The keys of indexes, and what rows look like under them. */
@Injectable()
export class IndexKeeper {
  constructor(private readonly vault: Vault) {}

  /** Begins an index, unless there is one. */
  async begin(tx: Transaction, now: Date): Promise<void> {
    const key = randomBytes(KEY_BYTES).toString('base64');
    await insertIndex(tx, await this.vault.seal(tx.tenantId, placeOfKey(tx.tenantId), key), now);
  }

  async keyOf(tenantId: string, { sealedKey }: ValueIndex): Promise<Buffer> {
    return Buffer.from(await this.vault.open(tenantId, placeOfKey(tenantId), sealedKey), 'base64');
  }

  async hasherOf(tenantId: string, index: ValueIndex): Promise<ValueHasher> {
    return new ValueHasher(createSecretKey(await this.keyOf(tenantId, index)));
  }

  /** What is kept of rows. */
  async marksOf(
    tenantId: string,
    { definition }: PlacedTable,
    rows: readonly GuardedRow[],
    hasher: ValueHasher,
  ): Promise<RowMarks[]> {
    const columns = guardedColumns(definition);
    return Promise.all(
      rows.map(async ({ key, values }) => {
        const row = rowKey(key);
        const texts = values.map((value, n) => this.textOf(tenantId, definition.name, columns[n]!, row, value));
        return { key: row, marks: marksOfRow(await Promise.all(texts), hasher) };
      }),
    );
  }

  private async textOf(
    tenantId: string,
    table: string,
    column: ColumnDefinition,
    row: string,
    value: string | null,
  ): Promise<string | null> {
    return value === null || !isEncrypted(column)
      ? value
      : this.vault.open(tenantId, placeOf(table, column.name, row), value);
  }
}

function placeOfKey(tenantId: string): SealedPlace {
  return { table: 'data.value_index', column: 'sealed_key', row: tenantId };
}
