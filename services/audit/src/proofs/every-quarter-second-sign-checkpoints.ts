import { Controller } from '@nestjs/common';
import { originOf } from '@tenantry/audit-proofs';
import { ControlDatabase } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Growth, type Look } from '../log/growth.js';
import { Alarm } from './alarm.js';
import type { SignedRoot } from './checkpoint.js';
import { CheckpointKey } from './checkpoint-key.js';
import { insertCheckpoints, pendingLogs, type PendingLog } from './checkpoint.table.js';
import { growLog, rangesToGrow, type GrownLog } from './grow-log.js';
import { LogAltered, type StoredRange } from './stored-tree.js';
import { insertSubtrees, readHashes } from './subtree.table.js';

/** With this an entry is in a signed tree well within a second of its commit, however busy the process is. */
const INTERVAL_MS = 250;
/** Logs that are taken at once, in three flights for all of them. */
const LOGS_AT_ONCE = 200;
/** Entries that are taken at once: 32 bytes each. */
const ENTRIES_AT_ONCE = 100_000;
/** A log that was altered is looked at again, and reported again, after a while. */
const REFUSED_FOR_MS = 60_000;

/**
 * Takes the new entries of every log into its tree and signs where it stands. A log whose stored entries are not those
 * that were signed is never signed again: that is reported, and the other logs go on.
 */
@Controller()
export class EveryQuarterSecondSignCheckpoints {
  /** Altered logs, and until when they are left alone. */
  private readonly refused = new Map<string, number>();
  private readonly growth: Growth;

  constructor(
    private readonly control: ControlDatabase,
    private readonly key: CheckpointKey,
    private readonly clock: Clock,
    private readonly alarm: Alarm,
  ) {
    this.growth = new Growth(clock);
  }

  @Every({ name: 'audit.checkpoints', intervalMs: INTERVAL_MS })
  async run(signal: AbortSignal): Promise<void> {
    const startedAt = this.clock.now();
    this.forgive(startedAt);
    const look = this.growth.look();
    let more = true;
    while (more && !signal.aborted) more = await this.signSome(look, startedAt);
    if (!more) look.done();
  }

  /** Signs one batch of logs; answers whether others still wait, or these for more than was taken at once. */
  private async signSome({ heads }: Look, startedAt: Date): Promise<boolean> {
    const job = this.control.job('audit_signer');
    const logs = await pendingLogs(job, heads, [...this.refused.keys()], LOGS_AT_ONCE);
    if (logs.length === 0) return false;
    const share = Math.ceil(ENTRIES_AT_ONCE / logs.length);
    const plans = logs.map((log) => ({ log, ranges: rangesToGrow(log, Math.min(log.size, log.signedSize + share)) }));
    const stored = await readHashes(job)(plans.flatMap(({ ranges }) => ranges));
    let next = 0;
    const grown = plans.flatMap(({ log, ranges }) =>
      this.grow(log, ranges, stored.slice(next, (next += ranges.length))),
    );
    await job.transaction(async (tx) => {
      await insertSubtrees(
        tx,
        grown.flatMap(({ completed }) => completed),
      );
      await insertCheckpoints(
        tx,
        grown.map((one) => this.sign(one)),
      );
    });
    const othersWait = logs.length === LOGS_AT_ONCE && logs.some(({ signedAt }) => !signedAt || signedAt < startedAt);
    return othersWait || logs.some(({ size, signedSize }) => size - signedSize > share);
  }

  private grow(log: PendingLog, ranges: readonly StoredRange[], stored: readonly Uint8Array[]): GrownLog[] {
    try {
      return [growLog(log, ranges, stored)];
    } catch (err) {
      if (!(err instanceof LogAltered)) throw err;
      this.alarm.raise(log.tenantId, err);
      this.refused.set(log.tenantId, this.clock.now().getTime() + REFUSED_FOR_MS);
      return [];
    }
  }

  private sign({ tenantId, size, root }: GrownLog): SignedRoot {
    const signature = this.key.sign({ origin: originOf(tenantId), size, root });
    return { tenantId, size, root, publicKey: this.key.publicKey, signature, signedAt: this.clock.now() };
  }

  private forgive(now: Date): void {
    for (const [tenantId, untilMs] of this.refused) if (untilMs <= now.getTime()) this.refused.delete(tenantId);
  }
}
