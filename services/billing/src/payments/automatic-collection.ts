import { Injectable } from '@nestjs/common';
import { InvoiceCollectionBegun } from '@tenantry/contracts';
import { Clock } from '@tenantry/kernel';
import { BillingSettings } from '../config.js';
import { InvoiceBook, type InvoiceName } from '../invoices/invoice-book.js';
import { dateIn } from '../invoices/period.js';
import { findInvoice, saveInvoice } from '../invoices/invoice.table.js';
import { Collection } from './collection.js';
import {
  beginAttempt,
  collectionFailed,
  failureOf,
  failureOfFault,
  isCollectable,
  nextDay,
  type Failure,
} from './collection-attempt.js';
import { collectAgain } from './collection-attempt.table.js';

/**
 * Collects invoices while nobody is there. An attempt is counted and announced before it is made, and what it came to after it; whatever is
 * killed between, the next attempt goes on with the same payment, which succeeds once.
 */
@Injectable()
export class AutomaticCollection {
  constructor(
    private readonly book: InvoiceBook,
    private readonly collection: Collection,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  /** One attempt, if it is time for it. @throws Fault when what became of it is not known yet; it is made again after an hour */
  async attempt(name: InvoiceName): Promise<void> {
    if (!(await this.begin(name))) return;
    const how = { methodId: null, isOffSession: true, returnUrl: null };
    const failure = await this.collection.collect(null, { ...name, ...how }).then(
      ({ payment }) => failureOf(payment),
      (error: unknown) => {
        const found = failureOfFault(error);
        if (found) return found;
        throw error;
      },
    );
    await this.conclude(name, failure);
  }

  private begin({ tenantId, invoiceId }: InvoiceName): Promise<boolean> {
    return this.book.transaction(undefined, tenantId, async (tx) => {
      const before = await findInvoice(tx, tenantId, invoiceId);
      const now = this.clock.now();
      if (!isCollectable(before, now)) return false;
      const after = beginAttempt(before, now);
      await saveInvoice(tx, after);
      tx.publish(new InvoiceCollectionBegun({ invoiceId, attempt: after.collections }), { tenantId });
      return true;
    });
  }

  /** What is not paid yet waits for the ladder's next day. */
  private async conclude({ tenantId, invoiceId }: InvoiceName, failure: Failure | null): Promise<void> {
    await this.book.transaction(undefined, tenantId, async (tx) => {
      const invoice = await findInvoice(tx, tenantId, invoiceId);
      if (invoice.status !== 'open') return;
      const nextOn = nextDay(invoice, this.settings.DUNNING_DAYS, dateIn(invoice.timeZone, this.clock.now()));
      await collectAgain(tx, invoice, nextOn);
      if (failure) tx.publish(collectionFailed(invoice, failure, nextOn), { tenantId });
    });
  }
}
