import { Controller } from '@nestjs/common';
import { hashLeaf, sameHash } from '@tenantry/audit-proofs';
import { AuditEntriesRetired } from '@tenantry/contracts';
import { ControlDatabase, type Job, type Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { entriesAfter } from '../log/entry.table.js';
import { leafText } from '../log/leaf.js';
import { Alarm } from '../proofs/alarm.js';
import { hashOf, LogAltered } from '../proofs/stored-tree.js';
import { cutoffOf, FOR_EVER, inForce } from './retention.js';
import { isHeld, lockRetention, saveRetention, tenantsWithRetention } from './retention.table.js';
import { BLOCK_ENTRIES, blocksToRetire, retireBlocks, retiredUpTo } from './retired-block.table.js';

const INTERVAL_MS = 3_600_000;
const TENANTS_AT_ONCE = 200;
/** 5,120 entries a commit. */
const BLOCKS_AT_ONCE = 20;

/**
 * Retires the beginning of logs, whole blocks of it and a commit each, so a crash costs one. What was not signed, not sent to every destination
 * in use, or is under a legal hold stays; so does a log that is not the one that was signed.
 */
@Controller()
export class EveryHourRetireEntries {
  constructor(
    private readonly control: ControlDatabase,
    private readonly clock: Clock,
    private readonly alarm: Alarm,
  ) {}

  @Every({ name: 'audit.retention', intervalMs: INTERVAL_MS })
  async run(signal: AbortSignal): Promise<void> {
    const job = this.control.job('audit_retirer');
    const failures: unknown[] = [];
    for (let afterId: string | null = null, more = true; more && !signal.aborted;) {
      const ids: string[] = await tenantsWithRetention(job, this.clock.now(), afterId, TENANTS_AT_ONCE);
      for (const tenantId of ids)
        await this.retire(job, tenantId, signal).catch((error: unknown) => void failures.push(error));
      afterId = ids.at(-1) ?? null;
      more = ids.length === TENANTS_AT_ONCE;
    }
    if (failures.length > 0)
      throw new AggregateError(failures, `entries of ${failures.length} logs could not be retired`);
  }

  private async retire(job: Job, tenantId: string, signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted && (await job.transaction((tx) => this.retireSome(tx), { tenantId })));
    } catch (error) {
      if (!(error instanceof LogAltered)) throw error;
      this.alarm.raise(tenantId, error);
    }
  }

  /** Retires the next blocks; answers whether there may be more. */
  private async retireSome(tx: Transaction): Promise<boolean> {
    const now = this.clock.now();
    const kept = (await lockRetention(tx)) ?? FOR_EVER;
    const { keepDays, nextKeepDays, nextAt } = inForce(kept, now);
    if (kept.nextAt && !nextAt) await saveRetention(tx, { keepDays, nextKeepDays, nextAt }, now);
    if (keepDays === null || (await isHeld(tx, tx.tenantId))) return false;
    const first = await retiredUpTo(tx, tx.tenantId);
    const blocks = await blocksToRetire(tx, first / BLOCK_ENTRIES, cutoffOf(keepDays, now), BLOCKS_AT_ONCE);
    if (blocks.length === 0) return false;
    const last = (blocks.at(-1)!.number + 1) * BLOCK_ENTRIES;
    for (const { number, leafHashes, signed } of blocks) assertSigned(tx.tenantId, number, leafHashes, signed);
    await assertTrue(tx, first, last);
    await retireBlocks(tx, blocks, now);
    tx.publish(new AuditEntriesRetired({ first: BigInt(first + 1), last: BigInt(last), keepDays }));
    return blocks.length === BLOCKS_AT_ONCE;
  }
}

/** What is retired can not be hashed again, so this is the last time that it is. @throws LogAltered */
async function assertTrue(tx: Transaction, after: number, upTo: number): Promise<void> {
  const entries = await entriesAfter(tx, after, upTo);
  const altered = entries.find((entry) => !sameHash(hashLeaf(leafText(entry)), entry.leafHash));
  if (altered) throw new LogAltered(`entry ${altered.sequence} of ${tx.tenantId} is not what its leaf hash says`);
}

/** @throws LogAltered */
function assertSigned(tenantId: string, number: number, leafHashes: Uint8Array, signed: Uint8Array): void {
  const [from, to] = [number * BLOCK_ENTRIES, (number + 1) * BLOCK_ENTRIES];
  if (!sameHash(hashOf({ tenantId, height: 0, from, to }, leafHashes), signed)) {
    throw new LogAltered(`entries ${from + 1} to ${to} of ${tenantId} are not those that were signed`);
  }
}
