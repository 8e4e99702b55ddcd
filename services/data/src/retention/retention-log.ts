import type { DataRetentionLog as LogMessage } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { DAY_MS, type RetentionRule } from './retention-rule.js';

/** What a count finds. */
export interface DueCounts {
  readonly rowsDue: bigint;
  readonly rowsHeld: bigint;
  readonly rowsKept: bigint;
  readonly rowsUndated: bigint;
}

/** What a rule would have done, or did: a run that is going on keeps here how far it has come. */
export interface RetentionLog extends DueCounts {
  readonly id: string;
  readonly ruleId: string;
  readonly table: string;
  readonly kind: 'dry_run' | 'run';
  readonly outcome: 'running' | 'done' | 'failed';
  readonly cutoff: Date;
  readonly rowsDeleted: bigint;
  readonly rowsCascaded: bigint;
  readonly rowsRefused: bigint;
  readonly rowsArchived: bigint;
  readonly archiveHead: Uint8Array | null;
  readonly archiveExpiresAt: Date | null;
  readonly archiveDeletedAt: Date | null;
  /** The last row that was looked at. */
  readonly afterKey: readonly string[] | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly problem: string | null;
}

const NOTHING: DueCounts = { rowsDue: 0n, rowsHeld: 0n, rowsKept: 0n, rowsUndated: 0n };

/** Before this a row's date makes it past its days. */
export function cutoffOf({ keepDays }: Pick<RetentionRule, 'keepDays'>, now: Date): Date {
  return new Date(now.getTime() - keepDays * DAY_MS);
}

/** A log as it begins; a dry run is done with its counts. */
export function openLog(rule: RetentionRule, kind: RetentionLog['kind'], counts: DueCounts, now: Date): RetentionLog {
  const isDone = kind === 'dry_run';
  const expiresAt = rule.archiveDays === null ? null : new Date(now.getTime() + rule.archiveDays * DAY_MS);
  return {
    ...{ id: newId(now), ruleId: rule.id, table: rule.table, kind, outcome: isDone ? 'done' : 'running' },
    ...{ cutoff: cutoffOf(rule, now), ...counts, rowsDeleted: 0n, rowsCascaded: 0n, rowsRefused: 0n, rowsArchived: 0n },
    ...{ archiveHead: null, archiveExpiresAt: isDone ? null : expiresAt, archiveDeletedAt: null, afterKey: null },
    ...{ startedAt: now, finishedAt: isDone ? now : null, problem: null },
  };
}

/** A run that could not even begin. */
export function failedLog(rule: RetentionRule, problem: string, now: Date): RetentionLog {
  return { ...openLog(rule, 'run', NOTHING, now), outcome: 'failed', finishedAt: now, problem, archiveExpiresAt: null };
}

export function logMessage(log: RetentionLog): LogMessage {
  const { archiveHead } = log;
  return { ...log, archiveHead: archiveHead && Buffer.from(archiveHead).toString('base64url') };
}
