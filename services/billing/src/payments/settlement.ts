import { Injectable } from '@nestjs/common';
import { InvoicePaid, PaymentChanged } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, formatNanos, type TenantContext } from '@tenantry/kernel';
import { DunningLadder } from '../dunning/dunning-ladder.js';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { close } from '../invoices/invoice.js';
import { findInvoice, invoiceChanges, saveInvoice } from '../invoices/invoice.table.js';
import { follow, isChanged, type Became, type Payment } from './payment.js';
import { lockPayment, paymentChanges, savePayment } from './payment.table.js';

/** What settling a payment changed. */
export interface Settled {
  readonly before: Payment;
  readonly after: Payment;
}

/** Takes over what has become of a payment at the provider: the one place where a payment and its invoice change. */
@Injectable()
export class Settlement {
  constructor(
    private readonly book: InvoiceBook,
    private readonly ladder: DunningLadder,
    private readonly clock: Clock,
  ) {}

  /** In one commit: the payment, the invoice that it pays, and what is announced. Doing it again changes nothing. */
  async settle(
    ctx: TenantContext | null,
    { tenantId, id }: Pick<Payment, 'tenantId' | 'id'>,
    found: Became,
  ): Promise<Settled> {
    return this.book.transaction(ctx ?? undefined, tenantId, async (tx) => {
      const before = await lockPayment(tx, tenantId, id);
      const after = follow(before, found, this.clock.now());
      await savePayment(tx, after);
      if (isChanged(before, after)) announce(tx, before, after);
      if (after.status === 'succeeded' && before.status !== 'succeeded') await this.endInvoice(tx, after);
      return { before, after };
    });
  }

  /** An invoice that was ended otherwise meanwhile stays as it is: the payment is found by the nightly comparison. */
  private async endInvoice(tx: Transaction, { tenantId, invoiceId, testMode }: Payment): Promise<void> {
    if (invoiceId === null) return;
    const before = await findInvoice(tx, tenantId, invoiceId);
    if (before.status !== 'open' && before.status !== 'uncollectible') return;
    const after = { ...close(before, 'paid', this.clock.now()), testMode: before.testMode || testMode };
    await saveInvoice(tx, after);
    tx.publish(new InvoicePaid({ invoiceId }), { tenantId, changes: invoiceChanges(before, after) });
    await this.ladder.ease(tx, tenantId);
  }
}

/** Says in the tenant's trail what has become of a payment. */
export function announce(tx: Transaction, before: Payment | null, after: Payment): void {
  const { id: paymentId, tenantId, invoiceId, status, failureCode, amountNanos, refundedNanos, currency } = after;
  const amounts = { amount: formatNanos(amountNanos), refunded: formatNanos(refundedNanos), currency };
  const event = new PaymentChanged({ paymentId, invoiceId, status, failureCode, ...amounts });
  tx.publish(event, { tenantId, changes: paymentChanges(before, after) });
}
