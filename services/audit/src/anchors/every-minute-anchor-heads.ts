import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { Alarm } from '../proofs/alarm.js';
import { LogAltered } from '../proofs/stored-tree.js';
import { AnchorRefused } from './anchor-place.js';
import { AnchorPlaces } from './anchor-places.js';
import { dueAnchors, recordAnchored, recordFailure, type DueAnchor } from './anchor.table.js';

const INTERVAL_MS = 60_000;
const AT_ONCE = 200;
/** A place that takes its time keeps no more than one of these from the others. */
const CONCURRENCY = 8;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = 6 * 3_600_000;

/** Puts the newest head of every log into its places: the store and witnesses once an hour, mailboxes once a day. */
@Controller()
export class EveryMinuteAnchorHeads {
  private readonly job: Job;

  constructor(
    control: ControlDatabase,
    private readonly places: AnchorPlaces,
    private readonly clock: Clock,
    private readonly alarm: Alarm,
    private readonly log: Logger,
  ) {
    this.job = control.job('audit_anchorer');
  }

  @Every({ name: 'audit.anchors', intervalMs: INTERVAL_MS })
  async run(signal: AbortSignal): Promise<void> {
    for (let more = true; more && !signal.aborted;) more = await this.anchorSome(signal);
  }

  /** Each is due again only later, whether it succeeds or not; so this comes to an end. */
  private async anchorSome(signal: AbortSignal): Promise<boolean> {
    const due = await dueAnchors(this.job, this.clock.now(), AT_ONCE);
    const stored: DueAnchor[] = [];
    const waiting = due.values();
    const work = async (): Promise<void> => {
      for (const one of waiting) if (!signal.aborted && (await this.anchor(one)) === 'recorded later') stored.push(one);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    if (stored.length > 0) await this.record(stored);
    return due.length === AT_ONCE;
  }

  /** Heads in the store are recorded together: it takes one that it has once more. What left the house is recorded at once. */
  private async anchor(due: DueAnchor): Promise<'recorded' | 'recorded later'> {
    const place = this.places.of(due.place);
    const outcome = await place.keep(due).then(
      (record) => ({ record, problem: null }),
      (error: unknown) => ({ record: null, problem: this.explain(due, error) }),
    );
    if (outcome.problem !== null) await this.recordProblem(due, outcome.problem);
    else if (due.place === 'store') return 'recorded later';
    else await this.record([due], outcome.record);
    return 'recorded';
  }

  private async record(
    anchors: readonly DueAnchor[],
    more: ((tx: Transaction) => Promise<void>) | null = null,
  ): Promise<void> {
    const { tenantId, place } = anchors[0]!;
    const options = anchors.length === 1 ? { tenantId } : {};
    await this.job.transaction(async (tx) => {
      await more?.(tx);
      const now = this.clock.now();
      recordAnchored(tx, anchors, now, new Date(now.getTime() + this.places.of(place).everyMs));
    }, options);
  }

  private async recordProblem(due: DueAnchor, problem: string): Promise<void> {
    const waitMs = Math.min(FIRST_RETRY_MS * 2 ** due.failures, LAST_RETRY_MS);
    const nextAt = new Date(this.clock.now().getTime() + waitMs);
    await this.job.transaction((tx) => Promise.resolve(recordFailure(tx, due, problem, nextAt)), {
      tenantId: due.tenantId,
    });
  }

  private explain({ tenantId, place }: DueAnchor, error: unknown): string {
    if (error instanceof AnchorRefused) return error.message;
    if (error instanceof LogAltered) {
      this.alarm.raise(tenantId, error);
      return 'The log is not the one that was kept here';
    }
    this.log.error({ err: error, tenantId, place }, 'A head of an audit log could not be anchored');
    return 'Something went wrong on our side';
  }
}
