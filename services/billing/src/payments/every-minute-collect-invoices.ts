import { Controller } from '@nestjs/common';
import { Clock } from '@tenantry/kernel';
import { Every } from '@tenantry/messaging';
import { Logger } from '@tenantry/service';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { AutomaticCollection } from './automatic-collection.js';
import { dueCollections } from './collection-attempt.table.js';
import { PaymentProvider } from './payment-provider.js';

const BATCH = 50;

/** Collects what is due. One invoice that fails waits for its next time and keeps none of the others. */
@Controller()
export class EveryMinuteCollectInvoices {
  constructor(
    private readonly book: InvoiceBook,
    private readonly collection: AutomaticCollection,
    private readonly provider: PaymentProvider,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  @Every({ name: 'billing.collect-invoices', intervalMs: 60_000 })
  async handle(signal: AbortSignal): Promise<void> {
    if (!this.provider.isThere) return;
    const which = { now: this.clock.now(), testMode: this.provider.isTest };
    for (const name of await dueCollections(this.book.rows, which, BATCH)) {
      if (signal.aborted) return;
      await this.collection.attempt(name).catch((err: unknown) => {
        this.log.warn({ err, ...name }, 'An invoice could not be collected; it is tried again within the next hours');
      });
    }
  }
}
