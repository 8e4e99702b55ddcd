import { Injectable } from '@nestjs/common';
import { InvoiceOpened } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, formatNanos } from '@tenantry/kernel';
import { BillingSettings } from '../config.js';
import { assertMayBecome, finalize, type Invoice } from './invoice.js';
import type { InvoiceChange } from './invoice-book.js';
import { nextNumber } from './invoice.table.js';

const MINUTE_MS = 60_000;

/** Makes drafts final. Its callers hold the lock of the tenant's invoice book. */
@Injectable()
export class InvoiceOpening {
  constructor(
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  /** The number is taken in the same commit, so none is ever missing. @throws Fault `conflict` when it is no draft */
  async open(tx: Transaction, invoice: Invoice): Promise<InvoiceChange> {
    assertMayBecome(invoice, 'open');
    const number = await nextNumber(tx, invoice.tenantId);
    const { id: invoiceId, currency, totalNanos } = invoice;
    const event = new InvoiceOpened({ invoiceId, number, currency, total: formatNanos(totalNanos) });
    const now = this.clock.now();
    const collectAt = new Date(now.getTime() + this.settings.COLLECT_AFTER_MINUTES * MINUTE_MS);
    return { after: { ...finalize(invoice, number, now), collectAt }, event };
  }
}
