import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job, sql, type Transaction } from '@tenantry/database';
import { Clock, newId } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { enterRows } from '../encryption/sealed-rows.table.js';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { readSpace } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import {
  compareTable,
  type Compared,
  correctCount,
  type DueSpace,
  insertDrift,
  lockComparison,
  saveCompared,
  saveTried,
  spacesToCompare,
} from './recount.table.js';

const TENANTS_AT_ONCE = 50;
/** After this long the schedule's other turns go on. */
const TURN_MS = 45_000;
const JOB = 'data_counts';

/**
 * Compares counts with tables, one table in one short transaction, and corrects what differs. Nobody waits: tables are read without locks, and a
 * correction is one more line of the journal. Differences that neither a change of columns nor a first comparison explains are kept for staff.
 */
@Controller()
export class EveryMinuteRecount {
  constructor(
    private readonly control: ControlDatabase,
    private readonly products: ProductDefinitions,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'recount', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job(JOB);
    const failures: unknown[] = [];
    const startedAtMs = performance.now();
    for (let due = await spacesToCompare(job, TENANTS_AT_ONCE); due.length > 0 && !signal.aborted;) {
      for (const space of due) if (!signal.aborted) await this.#try(job, space, failures);
      // What failed waits for five minutes, so each turn has other tenants.
      due = performance.now() - startedAtMs < TURN_MS ? await spacesToCompare(job, TENANTS_AT_ONCE) : [];
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `counts of ${failures.length} tenants could not be compared`);
    }
  }

  async #try(job: Job, due: DueSpace, failures: unknown[]): Promise<void> {
    await saveTried(job, due.tenantId);
    await this.#compare(job, due).catch((error: unknown) => void failures.push(error));
  }

  async #compare(job: Job, due: DueSpace): Promise<void> {
    const { tenantId } = due;
    const space = await job.transaction((tx) => readSpace(tx, tenantId, this.products), { tenantId });
    // The tables have changed just now: the next turn has their new version.
    if (!space || space.version !== String(due.version)) return;
    for (const table of space.tables) {
      if (table.definition.name === 'audit_log' && table.definition.kind === 'system') continue; // a view of the trail
      await job.transaction((tx) => this.#compareTable(tx, space, table, due), { tenantId });
    }
    await saveCompared(job, due);
  }

  async #compareTable(tx: Transaction, space: TableSpace, table: PlacedTable, due: DueSpace): Promise<void> {
    const { name } = table.definition;
    await lockComparison(tx);
    await enterRows(tx, space);
    const compared = await compareTable(tx, table);
    await tx.query(sql`select set_config('role', ${JOB}, true)`);
    if (isSame(compared)) return;
    await correctCount(tx, name, compared);
    if (isExplained(compared, due)) return;
    const now = this.clock.now();
    await insertDrift(tx, { id: newId(now), tenantId: tx.tenantId, table: name, foundAt: now, ...compared });
  }
}

function isSame({ rows, bytes, countedRows, countedBytes }: Compared): boolean {
  return rows === countedRows && bytes === countedBytes;
}

/** Rows from before anything was counted, and the bytes of columns that came or went. */
function isExplained({ rows, countedRows }: Compared, { version, countedVersion }: DueSpace): boolean {
  return countedVersion === null || (countedVersion !== version && rows === countedRows);
}
