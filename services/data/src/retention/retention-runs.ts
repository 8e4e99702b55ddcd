import { Injectable } from '@nestjs/common';
import { RetentionApplied, RetentionRunFinished, RowsChanged } from '@tenantry/contracts';
import { type RowChange, type Transaction } from '@tenantry/database';
import { Clock, Fault } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { enterRows, leaveRows } from '../encryption/sealed-rows.table.js';
import { HeldRows, oldRows } from '../holds/held-rows.js';
import { findHeld, rowHoldsInForce } from '../holds/row-hold.table.js';
import { ProductDefinitions } from '../product-tables/product-definitions.js';
import { timeZoneOf } from '../quotas/quotas.js';
import { type CaughtChange, changedKeys } from '../rows/row-change.js';
import { readSpace } from '../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../spaces/table-space.js';
import { Archive } from './archive.js';
import {
  type DueConditions,
  dueConditions,
  keptByAny,
  type Moment,
  printDeleteKeys,
  printDueCounts,
  printDueKeys,
} from './due-rows.js';
import { type DueCounts, failedLog, openLog, type RetentionLog } from './retention-log.js';
import { insertLog, lockRun, saveLog } from './retention-log.table.js';
import { DAY_MS, type RetentionRule, statusOf } from './retention-rule.js';
import { printGone, printUnseen, SIGHTINGS, type Sighting } from './sighting.js';
import { deleteSightings, saveSightings } from './sighting.table.js';
import { activeRules, lockRule, saveRule } from './retention-rule.table.js';

/** Rows of a batch can't go, because rows that refer to them stay. */
export class RowsStay extends Error {
  constructor(
    readonly keys: readonly (readonly string[])[],
    cause: unknown,
  ) {
    super('rows that refer to these stay', { cause });
  }
}

/** One run while it is worked on, as the tables are in this transaction. */
interface Working {
  readonly space: TableSpace;
  readonly table: PlacedTable;
  readonly rule: RetentionRule;
  readonly rules: readonly RetentionRule[];
  readonly moment: Moment;
  readonly conditions: DueConditions;
}

/** Carries rules out: each method is one transaction of a job within one tenant, so a crash costs one batch. */
@Injectable()
export class RetentionRuns {
  constructor(
    private readonly products: ProductDefinitions,
    private readonly held: HeldRows,
    private readonly archive: Archive,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /**
   * Begins the days of the next rows that a due rule without a date is about, and forgets those that are so no more. Answers whether there may
   * be more of them.
   */
  async notice(tx: Transaction, ruleId: string, limit: number): Promise<boolean> {
    await leaveRows(tx);
    const now = this.clock.now();
    const rule = await lockRule(tx, ruleId);
    const isDue = statusOf(rule) === 'active' && rule.nextRunAt !== null && rule.nextRunAt <= now;
    const working = isDue && rule.dateColumn === SIGHTINGS && (await this.#workOn(tx, rule, now));
    if (!working || typeof working === 'string') return false; // why it can't be carried out is said by its run
    const { space, table, conditions } = working;
    await enterRows(tx, space);
    const seen = await tx.query<Sighting>(printUnseen(table, conditions.isUndated, limit));
    const gone = await tx.query<Sighting>(printGone(table, ruleId, conditions.isAbout, limit));
    await leaveRows(tx);
    await saveSightings(tx, ruleId, seen, now);
    await deleteSightings(tx, ruleId, gone);
    return seen.length === limit || gone.length === limit;
  }

  /** Begins a rule's next run, if it is still in force and due. */
  async begin(tx: Transaction, ruleId: string): Promise<void> {
    await leaveRows(tx);
    const now = this.clock.now();
    const rule = await lockRule(tx, ruleId);
    if (statusOf(rule) !== 'active' || !rule.nextRunAt || rule.nextRunAt > now) return;
    await saveRule(tx, { ...rule, nextRunAt: new Date(now.getTime() + DAY_MS) });
    const working = await this.#workOn(tx, rule, now);
    if (typeof working === 'string') return this.#fail(tx, failedLog(rule, working, now));
    await enterRows(tx, working.space);
    const counts = await tx.one<DueCounts>(printDueCounts(working.table, working.conditions));
    await leaveRows(tx);
    await insertLog(tx, openLog(rule, 'run', counts!, now));
  }

  /**
   * Deletes the run's next rows; answers whether there may be more.
   * @throws RowsStay when rows that refer to them stay: fewer have to be tried
   */
  async next(tx: Transaction, runId: string, limit: number): Promise<boolean> {
    await leaveRows(tx);
    const log = await lockRun(tx, runId);
    if (!log) return false;
    const rule = await lockRule(tx, log.ruleId);
    if (rule.endedAt) return this.#finish(tx, { ...log, problem: 'The rule was ended' }, 'done');
    const working = await this.#workOn(tx, rule, log.startedAt);
    if (typeof working === 'string') return this.#finish(tx, { ...log, problem: working }, 'failed');
    await enterRows(tx, working.space);
    const { afterKey } = log;
    const found = await tx.query<{ key: string[] }>(
      printDueKeys(working.table, working.conditions, { afterKey, limit }),
    );
    if (found.length === 0) {
      await leaveRows(tx);
      return this.#finish(tx, log, 'done');
    }
    const keys = found.map(({ key }) => key);
    const caught = await this.#delete(tx, working, keys);
    await leaveRows(tx);
    await this.#keep(tx, working, { ...log, afterKey: keys.at(-1)! }, caught);
    return true;
  }

  /** Lets a rule wait that is due. */
  async postpone(tx: Transaction, ruleId: string, nextRunAt: Date): Promise<void> {
    await leaveRows(tx);
    const rule = await lockRule(tx, ruleId);
    if (!rule.endedAt) await saveRule(tx, { ...rule, nextRunAt });
  }

  /** Passes over a row that can't go. */
  async skip(tx: Transaction, runId: string, key: readonly string[]): Promise<void> {
    await leaveRows(tx);
    const log = await lockRun(tx, runId);
    if (log) await saveLog(tx, { ...log, afterKey: key, rowsRefused: log.rowsRefused + 1n });
  }

  /** What a rule means for the tables as they are; a sentence when it means nothing any more. */
  async #workOn(tx: Transaction, rule: RetentionRule, now: Date): Promise<Working | string> {
    const space = await readSpace(tx, tx.tenantId, this.products);
    const table = space?.table(rule.table);
    if (!space || !table) return `There is no table ${rule.table} any more`;
    const [rules, holds] = [await activeRules(tx), await rowHoldsInForce(tx)];
    const moment = { now, timeZone: timeZoneOf(this.directories, tx.tenantId) };
    try {
      const conditions = dueConditions(space, table, rule, { others: rules, holds, moment });
      return { space, table, rule, rules, moment, conditions };
    } catch (error) {
      if (error instanceof Fault) return error.detail;
      throw error;
    }
  }

  async #delete(
    tx: Transaction,
    working: Working,
    keys: readonly (readonly string[])[],
  ): Promise<readonly CaughtChange[]> {
    try {
      await tx.execute(printDeleteKeys(working.table, keys));
      const caught = await this.held.take(tx, working.space);
      await assertKeptByNoRule(tx, working, caught);
      return caught;
    } catch (error) {
      throw error instanceof Fault && error.status < 500 ? new RowsStay(keys, error) : error;
    }
  }

  async #keep(
    tx: Transaction,
    { space, rule }: Working,
    log: RetentionLog,
    caught: readonly CaughtChange[],
  ): Promise<void> {
    const isArchived = rule.archiveDays !== null;
    const archived = isArchived ? await this.archive.keep(tx, space, log, caught) : null;
    const rows = BigInt(
      caught.filter(({ table_name, action }) => table_name === rule.table && action === 'delete').length,
    );
    const cascaded = BigInt(caught.length) - rows;
    publishChanges(tx, changedKeys(space, caught));
    const archiveHead = archived?.head ?? log.archiveHead;
    tx.publish(
      new RetentionApplied({
        ...{ ruleId: rule.id, runId: log.id, table: rule.table, rows, cascaded },
        archiveHead: archiveHead && Buffer.from(archiveHead).toString('base64url'),
      }),
    );
    await saveLog(tx, {
      ...log,
      ...{ rowsDeleted: log.rowsDeleted + rows, rowsCascaded: log.rowsCascaded + cascaded },
      ...{ rowsArchived: archived?.rows ?? log.rowsArchived, archiveHead },
    });
  }

  async #finish(tx: Transaction, log: RetentionLog, outcome: 'done' | 'failed'): Promise<false> {
    await saveLog(tx, { ...log, outcome, finishedAt: this.clock.now() });
    const { ruleId, id: runId, rowsDeleted: rows } = log;
    tx.publish(new RetentionRunFinished({ ruleId, runId, outcome, rows }));
    return false;
  }

  async #fail(tx: Transaction, log: RetentionLog): Promise<void> {
    await insertLog(tx, log);
    tx.publish(new RetentionRunFinished({ ruleId: log.ruleId, runId: log.id, outcome: 'failed', rows: 0n }));
  }
}

/** What foreign keys took with them may have a rule of its own, which keeps it longer. @throws Fault `conflict` */
async function assertKeptByNoRule(
  tx: Transaction,
  { space, rule, rules, moment }: Working,
  caught: readonly CaughtChange[],
): Promise<void> {
  const rows = oldRows(space, caught).filter(({ table }) => table.definition.name !== rule.table);
  const told = rows.flatMap(({ table }) =>
    rules.some((one) => one.table === table.definition.name)
      ? [{ hold: rule.id, table, condition: keptByAny(space, table, rules, { ...moment, images: true }) }]
      : [],
  );
  const kept = told.length > 0 ? await tx.one<{ table: string }>(findHeld(tx.tenantId, rows, told)) : undefined;
  if (kept) throw new Fault('conflict', { detail: `Rows of ${kept.table} that refer to it are kept longer` });
}

function publishChanges(tx: Transaction, changes: readonly RowChange[]): void {
  for (const [table, ofTable] of Map.groupBy(changes, ({ resource }) => resource)) {
    tx.publish(new RowsChanged({ table, cause: 'retention', rows: BigInt(ofTable.length) }), { changes: ofTable });
  }
}
