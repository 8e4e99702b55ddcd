import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Directories, Every } from '@tenantry/messaging';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { DunningLadder } from './dunning-ladder.js';
import { tenantsToDun } from './dunning.table.js';

const BATCH = 500;
const DAY_MS = 86_400_000;

/** Warns who does not pay, one step at a time, each tenant in its own commit. */
@Controller()
export class Every15mDun {
  constructor(
    private readonly book: InvoiceBook,
    private readonly ladder: DunningLadder,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Every({ name: 'billing.dunning', intervalMs: 15 * 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    const latest = new Date(this.clock.now().getTime() + DAY_MS); // somewhere it is tomorrow already
    let afterId: string | null = null;
    for (;;) {
      const batch: string[] = await tenantsToDun(this.book.rows, latest, afterId, BATCH);
      for (const tenantId of batch.filter((id) => this.directories.tenants.get(id) !== undefined)) {
        if (signal.aborted) return;
        await this.book.transaction(undefined, tenantId, (tx) => this.ladder.climb(tx, tenantId));
      }
      if (batch.length < BATCH) return;
      afterId = batch.at(-1)!;
    }
  }
}
