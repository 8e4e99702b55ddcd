import { setImmediate as lettingOthersIn } from 'node:timers/promises';
import { Controller } from '@nestjs/common';
import { ControlDatabase, type Job } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Growth } from '../log/growth.js';
import { type Block, entriesOfBlocks, insertBlocks, pendingBlocks } from './word-block.table.js';
import { filterOf, wordsOf } from './words.js';

const INTERVAL_MS = 1_000;
/** Blocks that are read at once: 256 entries each. */
const BLOCKS_AT_ONCE = 16;
/** A long log lets others in between. */
const BLOCKS_OF_ONE_LOG = 4;
/** What is not done in a second waits for the next: recording comes first. Until then a search reads those entries themselves. */
const BLOCKS_A_RUN = 128;

/** Adds a filter for every 256 entries of a log, so that a search skips most of them. */
@Controller()
export class EverySecondIndexWords {
  private readonly job: Job;
  private readonly growth: Growth;

  constructor(control: ControlDatabase, clock: Clock) {
    this.job = control.job('audit_indexer');
    this.growth = new Growth(clock);
  }

  @Every({ name: 'audit.words', intervalMs: INTERVAL_MS })
  async run(signal: AbortSignal): Promise<void> {
    const look = this.growth.look();
    for (let done = 0; done < BLOCKS_A_RUN && !signal.aborted; done += BLOCKS_AT_ONCE) {
      const blocks = await pendingBlocks(this.job, look.heads, BLOCKS_OF_ONE_LOG, BLOCKS_AT_ONCE);
      if (blocks.length === 0) return look.done();
      const entries = await entriesOfBlocks(this.job, blocks);
      const made: (Block & { filter: Uint8Array })[] = [];
      for (const [i, block] of blocks.entries()) {
        made.push({ ...block, filter: filterOf(wordsOf(entries[i]!)) });
        await lettingOthersIn(); // some milliseconds a block
      }
      await this.job.transaction((tx) => insertBlocks(tx, made));
    }
  }
}
