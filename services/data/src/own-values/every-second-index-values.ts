import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { enterRows, leaveRows } from '../encryption/sealed-rows.table.js';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { readSpace } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { rowsAfter, rowsOfKeys } from './guarded-rows.table.js';
import { IndexKeeper } from './index-keeper.js';
import { guardedColumns, guardedTables, shapeOf, UNASKED_MS, type ValueIndex } from './value-index.js';
import {
  countRows,
  deleteIndex,
  dropTables,
  haveWritersEnded,
  listIndexed,
  lockDueRows,
  lockIndex,
  postponeIndex,
  saveDueRows,
  saveTables,
  saveWalk,
  saveWalkedRows,
  startTable,
  tenantsIndexed,
} from './value-index.table.js';

const TENANTS_AT_ONCE = 20;
/** Of one tenant before it is another's turn. */
const BATCHES_AT_ONCE = 20;
const BATCH_ROWS = 250;
/** What whoever asks for the index can keep in memory. */
const MAX_INDEXED_ROWS = 100_000;
/** How long a tenant whose batch has failed waits, so that the others go on. */
const RETRY_MS = 30_000;

/**
 * Keeps the indexes of own values: tables are gone through once, in batches that each commit with the place they came to, and rows that were
 * changed are looked at again. Rows are read without locks; what is changed meanwhile has been noted, and is read once more.
 */
@Controller()
export class EverySecondIndexValues {
  constructor(
    private readonly control: ControlDatabase,
    private readonly products: ProductDefinitions,
    private readonly keeper: IndexKeeper,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'index-values', intervalMs: 1_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job('data_values');
    const failures: unknown[] = [];
    for (const tenantId of await tenantsIndexed(job, this.clock.now(), TENANTS_AT_ONCE)) {
      await this.#take(job, tenantId, signal).catch(async (error: unknown) => {
        failures.push(error);
        await postponeIndex(job, tenantId, new Date(this.clock.now().getTime() + RETRY_MS));
      });
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `values of ${failures.length} tenants could not be indexed`);
    }
  }

  async #take(job: Job, tenantId: string, signal: AbortSignal): Promise<void> {
    for (let batch = 0; batch < BATCHES_AT_ONCE && !signal.aborted; batch++) {
      if (!(await job.transaction((tx) => this.#advance(tx), { tenantId }))) return;
    }
  }

  /** Does one batch; answers whether there may be more to do now. */
  async #advance(tx: Transaction): Promise<boolean> {
    const index = await lockIndex(tx);
    const space = index && (await readSpace(tx, tx.tenantId, this.products));
    if (!space) return false;
    if (this.clock.now().getTime() - index.askedAt.getTime() > UNASKED_MS) {
      await deleteIndex(tx);
      return false;
    }
    if (index.spaceVersion !== space.version) {
      await this.#followTables(tx, space);
      return true;
    }
    return (await this.#lookAgain(tx, space, index)) || (await this.#walk(tx, space, index));
  }

  /** Tables that are new, or have other classified columns, are gone through; those that are gone are forgotten. */
  async #followTables(tx: Transaction, space: TableSpace): Promise<void> {
    const known = new Map((await listIndexed(tx)).map((table) => [table.name, table]));
    const tables = guardedTables(space);
    for (const table of tables) {
      const { name } = table.definition;
      const [before, now] = [known.get(name)?.columns, shapeOf(table)];
      known.delete(name);
      if (JSON.stringify(before) !== JSON.stringify(now)) await startTable(tx, name, now);
    }
    await dropTables(tx, [...known.keys()]);
    await saveTables(tx, space.version);
  }

  async #lookAgain(tx: Transaction, space: TableSpace, index: ValueIndex): Promise<boolean> {
    const due = await lockDueRows(tx, BATCH_ROWS);
    const table = due[0] && space.table(due[0].table);
    if (!table) return false;
    const keys = due.map(({ key }) => keyParts(table, key));
    await enterRows(tx, space);
    const rows = await rowsOfKeys(tx, table, guardedColumns(table.definition), keys);
    await leaveRows(tx);
    const hasher = await this.keeper.hasherOf(tx.tenantId, index);
    const there = await this.keeper.marksOf(tx.tenantId, table, rows, hasher);
    const gone = due.filter(({ key }) => there.every((row) => row.key !== key));
    await saveDueRows(tx, table.definition.name, [...there, ...gone.map(({ key }) => ({ key, marks: null }))]);
    return true;
  }

  async #walk(tx: Transaction, space: TableSpace, index: ValueIndex): Promise<boolean> {
    const next = (await listIndexed(tx)).find(({ isWalked }) => !isWalked);
    const table = next && space.table(next.name);
    if (!table || !(await haveWritersEnded(tx)) || (await countRows(tx)) >= MAX_INDEXED_ROWS) return false;
    const columns = guardedColumns(table.definition);
    await enterRows(tx, space);
    const rows = await rowsAfter(tx, table, columns, { afterKey: next.afterKey, limit: BATCH_ROWS });
    await leaveRows(tx);
    const hasher = await this.keeper.hasherOf(tx.tenantId, index);
    await saveWalkedRows(tx, next.name, await this.keeper.marksOf(tx.tenantId, table, rows, hasher));
    await saveWalk(tx, next.name, rows.length === BATCH_ROWS ? rows.at(-1)!.key : null);
    return true;
  }
}

/** The values of a row's key: the inverse of `rowKey`. */
function keyParts({ definition }: PlacedTable, key: string): readonly string[] {
  return definition.primaryKey.length === 1 ? [key] : (JSON.parse(key) as string[]);
}
