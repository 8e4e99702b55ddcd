import { Injectable } from '@nestjs/common';
import { CreditNoteIssued } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, formatNanos, newId } from '@tenantry/kernel';
import { assertCreditable, creditedTax, type CreditNote, type Invoice } from './invoice.js';
import type { InvoiceChange } from './invoice-book.js';
import { creditNoteChanges, insertCreditNote, nextCreditNoteNumber } from './invoice.table.js';

/** Issues credit notes. Its callers hold the lock of the tenant's invoice book. */
@Injectable()
export class CreditNotes {
  constructor(private readonly clock: Clock) {}

  /** Takes an amount from an invoice; what the invoice says stays as it is. @throws Fault `conflict`, `invalid-input` */
  async issue(
    tx: Transaction,
    invoice: Invoice,
    wish: Pick<CreditNote, 'amountNanos' | 'reason' | 'reratedTo'>,
  ): Promise<InvoiceChange> {
    const { id: invoiceId, tenantId, currency } = invoice;
    const { amountNanos } = wish;
    assertCreditable(invoice, amountNanos);
    const now = this.clock.now();
    const number = await nextCreditNoteNumber(tx, tenantId);
    const taxNanos = creditedTax(invoice, amountNanos);
    const note: CreditNote = { ...wish, taxNanos, id: newId(now), number, createdAt: now };
    await insertCreditNote(tx, invoice, note);
    return {
      after: { ...invoice, creditedNanos: invoice.creditedNanos + amountNanos },
      changes: creditNoteChanges(invoice, note),
      event: new CreditNoteIssued({ invoiceId, creditNoteId: note.id, amount: formatNanos(amountNanos), currency }),
    };
  }
}
