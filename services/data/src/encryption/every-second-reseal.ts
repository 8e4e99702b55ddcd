import { Controller } from '@nestjs/common';
import { KeyRotationFinished } from '@tenantry/contracts';
import { ControlDatabase, type Job, type Transaction, Vault } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories, Every } from '@tenantry/messaging';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { rowKey } from '../rows/row-key.js';
import { carrySightings } from '../retention/sighting.table.js';
import { placeOf } from '../rows/sealed-value.js';
import { readSpace } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { type ColumnDefinition, isEncrypted } from '../tables/table-definition.js';
import { afterBatch, afterPass, type BatchDone, encryptedTables, type KeyRotation, nextTable } from './key-rotation.js';
import { lockDue, postpone, saveRotation, tenantsRotating } from './key-rotation.table.js';
import {
  enterRows,
  leaveRows,
  type ResealedRow,
  saveResealed,
  type SealedRow,
  sealedRowsAfter,
} from './sealed-rows.table.js';

const TENANTS_AT_ONCE = 20;
/** Of one tenant before it is another's turn. */
const BATCHES_AT_ONCE = 20;
const BATCH_ROWS = 500;
/** How long a tenant waits whose batch has failed, or who is not active, so that the others go on. */
const RETRY_MS = 30_000;

/**
 * Seals rows again with the newest key, in batches that each commit with the place they came to. Nobody waits for it: rows are read
 * without locks, and one that is changed meanwhile is left alone, because it was sealed with the new key by then. Suspended tenants wait.
 */
@Controller()
export class EverySecondReseal {
  constructor(
    private readonly control: ControlDatabase,
    private readonly products: ProductDefinitions,
    private readonly vault: Vault,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'key-rotation', intervalMs: 1_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('data_rotation');
    const failures: unknown[] = [];
    const wait = (tenantId: string): Promise<void> =>
      postpone(job, tenantId, new Date(this.clock.now().getTime() + RETRY_MS));
    for (const tenantId of await tenantsRotating(job, this.clock.now(), TENANTS_AT_ONCE)) {
      const isActive = this.directories.tenants.get(tenantId)?.status === 'active';
      await (isActive ? this.#take(job, tenantId, signal) : wait(tenantId)).catch(async (error: unknown) => {
        failures.push(error);
        await wait(tenantId);
      });
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `values of ${failures.length} tenants could not be sealed again`);
    }
  }

  async #take(job: Job, tenantId: string, signal: AbortSignal): Promise<void> {
    this.vault.forget(tenantId); // another process may have made the keys
    for (let batch = 0; batch < BATCHES_AT_ONCE && !signal.aborted; batch++) {
      if (!(await job.transaction((tx) => this.#advance(tx), { tenantId }))) {
        return;
      }
    }
  }

  /** Does one batch; answers whether there may be more to do now. */
  async #advance(tx: Transaction): Promise<boolean> {
    const now = this.clock.now();
    const rotation = await lockDue(tx, now);
    const space = rotation && (await readSpace(tx, tx.tenantId, this.products));
    if (!space) {
      return false;
    }
    const tables = encryptedTables(space);
    const table = nextTable(rotation, tables);
    if (!table) {
      await this.#endPass(tx, afterPass(rotation, tables.length, now));
      return false;
    }
    const batch = await this.#reseal(tx, space, table, rotation);
    const next = tables[tables.indexOf(table) + 1]?.definition.name;
    await saveRotation(tx, afterBatch(rotation, table.definition.name, next, batch));
    return true;
  }

  async #endPass(tx: Transaction, rotation: KeyRotation): Promise<void> {
    await leaveRows(tx);
    await saveRotation(tx, rotation);
    if (rotation.finishedAt) {
      const { id: rotationId, keyVersion, rowsDone: rows } = rotation;
      await this.vault.retireIndexKeys(tx, rotation.indexKeyVersion);
      tx.publish(new KeyRotationFinished({ rotationId, keyVersion, rows }));
    }
  }

  async #reseal(tx: Transaction, space: TableSpace, table: PlacedTable, rotation: KeyRotation): Promise<BatchDone> {
    const columns = table.definition.columns.filter(isEncrypted);
    const isSame = rotation.tableName === table.definition.name;
    await enterRows(tx, space);
    const afterKey = isSame ? rotation.afterKey : null;
    const rows = await sealedRowsAfter(tx, table, columns, { afterKey, limit: BATCH_ROWS });
    const isOld = (sealed: string | null): boolean =>
      sealed !== null && this.vault.keyVersionOf(sealed) < rotation.keyVersion;
    const old = rows.filter(({ values }) => values.some(isOld));
    const resealed = await Promise.all(old.map((row) => this.#resealRow(tx.tenantId, table, columns, row)));
    const changed = resealed.length > 0 ? await saveResealed(tx, table, columns, resealed) : 0;
    await leaveRows(tx);
    if (changed > 0) await carrySightings(tx, table.definition.name, resealed);
    return { rows: changed, lastKey: rows.length === BATCH_ROWS ? rows.at(-1)!.key : null };
  }

  async #resealRow(
    tenantId: string,
    { definition: { name: table } }: PlacedTable,
    columns: readonly ColumnDefinition[],
    row: SealedRow,
  ): Promise<ResealedRow> {
    const cells = columns.map(async ({ name: column, searchable }, n) => {
      const sealed = row.values[n] ?? null;
      if (sealed === null) {
        return { sealed, blind: null };
      }
      const place = placeOf(table, column, rowKey(row.key));
      const text = await this.vault.open(tenantId, place, sealed);
      const blind = searchable ? await this.vault.blindIndex(tenantId, { table, column }, text) : null;
      return { sealed: await this.vault.seal(tenantId, place, text), blind };
    });
    const done = await Promise.all(cells);
    return { ...row, resealed: done.map(({ sealed }) => sealed), blind: done.map(({ blind }) => blind) };
  }
}
