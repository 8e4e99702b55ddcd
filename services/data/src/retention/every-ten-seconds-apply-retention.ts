import { Controller } from '@nestjs/common';
import { RetentionArchiveDeleted } from '@tenantry/contracts';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories, Every } from '@tenantry/messaging';
import { leaveRows } from '../encryption/sealed-rows.table.js';
import { rowHoldsInForce } from '../holds/row-hold.table.js';
import { deleteArchived } from './archived-row.table.js';
import { archivesExpired, findLog, postponeRun, runsGoingOn, saveLog } from './retention-log.table.js';
import { rulesDue } from './retention-rule.table.js';
import { RetentionRuns, RowsStay } from './retention-runs.js';

const TENANTS_AT_ONCE = 20;
/** Of one run before it is another's turn. */
const BATCHES_AT_ONCE = 40;
const BATCH_ROWS = 500;
const NOTICED_ROWS = 5_000;
const ARCHIVE_BATCH_ROWS = 5_000;
/** How long what has failed waits, so that the others go on. */
const RETRY_MS = 60_000;
/** How long tenants wait that are not active, and archives of those who have something held. */
const INACTIVE_MS = 3_600_000;
const JOB = 'data_retention';

interface Task {
  readonly tenantId: string;
  readonly id: string;
}

type Work = (task: Task) => Promise<void>;
type Wait = (task: Task, ms: number) => Promise<void>;

/** Begins runs that are due, goes on with those that were begun, and deletes archives whose days are over. Suspended tenants wait. */
@Controller()
export class EveryTenSecondsApplyRetention {
  constructor(
    private readonly control: ControlDatabase,
    private readonly runs: RetentionRuns,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'retention', intervalMs: 10_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const job = this.control.job(JOB);
    const now = this.clock.now();
    const failures: unknown[] = [];
    const each = async (tasks: readonly Task[], work: Work, wait: Wait): Promise<void> => {
      for (const task of tasks) {
        if (signal.aborted) return;
        const isActive = this.directories.tenants.get(task.tenantId)?.status === 'active';
        const failed = async (error: unknown): Promise<void> => {
          failures.push(error);
          await wait(task, RETRY_MS);
        };
        await (isActive ? work(task) : wait(task, INACTIVE_MS)).catch(failed);
      }
    };
    const later = (ms: number): Date => new Date(now.getTime() + ms);
    const waitRun: Wait = ({ tenantId, id }, ms) => postponeRun(job, tenantId, id, later(ms));
    const waitRule: Wait = (task, ms) => inTenant(job, task, (tx) => this.runs.postpone(tx, task.id, later(ms)));
    const begin: Work = async (task) => {
      if (await this.#notice(job, task, signal)) await inTenant(job, task, (tx) => this.runs.begin(tx, task.id));
    };
    await each(await rulesDue(job, now, TENANTS_AT_ONCE), begin, waitRule);
    await each(
      await runsGoingOn(job, this.clock.now(), TENANTS_AT_ONCE),
      (task) => this.#batches(job, task, signal),
      waitRun,
    );
    await each(await archivesExpired(job, now, TENANTS_AT_ONCE), (task) => this.#expire(job, task, waitRun), waitRun);
    if (failures.length > 0) throw new AggregateError(failures, `retention failed for ${failures.length} rules`);
  }

  /** Looks at the rows of a rule without a date. Answers whether it has seen all: the next turn goes on otherwise. */
  async #notice(job: Job, task: Task, signal: AbortSignal): Promise<boolean> {
    for (let batch = 0; batch < BATCHES_AT_ONCE; batch++) {
      if (signal.aborted) return false;
      if (!(await inTenant(job, task, (tx) => this.runs.notice(tx, task.id, NOTICED_ROWS)))) return true;
    }
    return false;
  }

  /** Where a batch can't go, half of it is tried, down to the one row that is passed over. */
  async #batches(job: Job, { tenantId, id }: Task, signal: AbortSignal): Promise<void> {
    let limit = BATCH_ROWS;
    for (let batch = 0; batch < BATCHES_AT_ONCE && !signal.aborted; batch++) {
      try {
        const size = limit;
        if (!(await job.transaction((tx) => this.runs.next(tx, id, size), { tenantId }))) return;
        limit = Math.min(limit * 2, BATCH_ROWS);
      } catch (error) {
        if (!(error instanceof RowsStay)) throw error;
        const [only, ...others] = error.keys;
        if (others.length === 0) await job.transaction((tx) => this.runs.skip(tx, id, only!), { tenantId });
        limit = Math.max(1, error.keys.length >> 1);
      }
    }
  }

  /** While any row of the tenant's is held, no archive goes: what it has can't be asked as a table can. */
  async #expire(job: Job, task: Task, wait: Wait): Promise<void> {
    const isHeld = await inTenant(job, task, async (tx) => {
      await leaveRows(tx);
      if ((await rowHoldsInForce(tx)).length > 0) return true;
      const rows = await deleteArchived(tx, task.id, ARCHIVE_BATCH_ROWS);
      if (rows === ARCHIVE_BATCH_ROWS) return false;
      const log = await findLog(tx, task.id);
      await saveLog(tx, { ...log!, archiveDeletedAt: this.clock.now() });
      tx.publish(new RetentionArchiveDeleted({ runId: task.id }));
      return false;
    });
    if (isHeld) await wait(task, INACTIVE_MS);
  }
}

const inTenant = <T>(job: Job, { tenantId }: Task, work: (tx: Transaction) => Promise<T>): Promise<T> =>
  job.transaction(work, { tenantId });
