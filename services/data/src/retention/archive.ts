import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Transaction, Vault } from '@tenantry/database';
import { parseExact } from '../rows/json.js';
import { type CaughtChange, keyOf } from '../rows/row-change.js';
import { openValue, placeOf } from '../rows/sealed-value.js';
import type { TableSpace } from '../spaces/table-space.js';
import { isEncrypted, type TableDefinition } from '../tables/table-definition.js';
import { type ArchivedRow, insertArchived } from './archived-row.table.js';
import type { RetentionLog } from './retention-log.js';
import { WhoseRows } from './whose-rows.js';

const SALT_BYTES = 16;
/** Before the first row. */
const NO_HEAD = new Uint8Array(32);

/** How far an archive has come. */
export interface ArchiveState {
  readonly rows: bigint;
  readonly head: Uint8Array;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * Keeps rows that were deleted, in the commit that deletes them. A row's hash is SHA-256(salt ‖ line), and the archive's is
 * SHA-256(hash so far ‖ row's hash): an erased line leaves both as they were.
 */
@Injectable()
export class Archive {
  constructor(private readonly vault: Vault) {}

  async keep(
    tx: Transaction,
    space: TableSpace,
    { id: runId, rowsArchived, archiveHead }: RetentionLog,
    caught: readonly CaughtChange[],
  ): Promise<ArchiveState> {
    const gone = caught.filter(({ action, old }) => action === 'delete' && old !== null);
    const rows = gone.map(({ table_name: table, old }) => ({ table, row: parseExact(old!) as Row }));
    const people = new WhoseRows(space).of(rows);
    let head = archiveHead ?? NO_HEAD;
    const sealing = rows.map(async ({ table, row }, index): Promise<ArchivedRow> => {
      const { definition } = space.table(table)!;
      const { line, phi } = await this.#lineOf(tx.tenantId, definition, row);
      const position = rowsArchived + BigInt(index) + 1n;
      const salt = randomBytes(SALT_BYTES);
      const leaf = createHash('sha256').update(salt).update(line).digest();
      const sealed = await this.vault.seal(
        tx.tenantId,
        placeOfLine(runId, position),
        JSON.stringify([salt.toString('base64url'), line]),
      );
      return { position, table, key: keyOf(definition, row), people: people[index]!, phi, leaf, line: sealed };
    });
    const archived = await Promise.all(sealing);
    for (const { leaf } of archived) head = createHash('sha256').update(head).update(leaf).digest();
    await insertArchived(tx, runId, archived);
    return { rows: rowsArchived + BigInt(archived.length), head };
  }

  /** The salt and the line of a kept row. */
  async open(
    tenantId: string,
    runId: string,
    { position, line }: Pick<ArchivedRow, 'position' | 'line'>,
  ): Promise<[string, string]> {
    return JSON.parse(await this.vault.open(tenantId, placeOfLine(runId, position), line!)) as [string, string];
  }

  /** A row as JSON with what is encrypted in clear, without its secrets. */
  async #lineOf(tenantId: string, table: TableDefinition, row: Row): Promise<{ line: string; phi: string[] }> {
    const shown: Record<string, unknown> = {};
    const phi: string[] = [];
    for (const column of table.columns) {
      const { name, classification } = column;
      if (classification === 'secret') continue;
      const stored = row[name] ?? null;
      const isSealed = isEncrypted(column) && stored !== null;
      if (isSealed) phi.push(`${table.name}.${name}`);
      const place = placeOf(table.name, name, keyOf(table, row));
      shown[name] = isSealed ? await openValue(this.vault, tenantId, place, String(stored), column) : stored;
    }
    return { line: JSON.stringify(shown), phi };
  }
}

const placeOfLine = (runId: string, position: bigint) => ({
  table: 'data.archived_row',
  column: 'line',
  row: `${runId}/${position}`,
});
