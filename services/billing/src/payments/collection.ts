import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { dueNanos, type Invoice } from '../invoices/invoice.js';
import { findInvoice, lockBook } from '../invoices/invoice.table.js';
import { Attempts, type Attempted } from './attempts.js';
import { PaymentAccounts } from './payment-accounts.js';
import { GIVEN_UP, payInvoiceWith, type Payment } from './payment.js';
import { countTry, findUnderway, insertPayment } from './payment.table.js';
import { PaymentProvider } from './payment-provider.js';
import { announce, Settlement } from './settlement.js';

/** What is to be paid, and how. */
export interface Collecting {
  readonly tenantId: string;
  readonly invoiceId: string;
  /** Null for the customer's default. */
  readonly methodId: string | null;
  /** Whether the payer is away. */
  readonly isOffSession: boolean;
  readonly returnUrl: string | null;
}

/**
 * Collects invoices. An invoice has at most one payment that may still succeed, it is known by its id at the provider before any money is
 * taken, and the provider lets it succeed once; so whatever crashes or is repeated, an invoice is paid once.
 */
@Injectable()
export class Collection {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly settlement: Settlement,
    private readonly attempts: Attempts,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found`, `conflict` when the invoice is not to be paid, `payment-method-missing`, ProviderFault */
  async collect(ctx: TenantContext | null, collecting: Collecting): Promise<Attempted> {
    const { tenantId, methodId } = collecting;
    const invoice = await findInvoice(this.accounts.rows, tenantId, collecting.invoiceId);
    assertDue(invoice);
    this.assertMode(invoice);
    const customerId = await this.accounts.customerOf(tenantId);
    const chosen =
      methodId === null
        ? await this.accounts.defaultMethodOf(customerId)
        : (await this.accounts.methodOf(customerId, methodId)).id;
    if (chosen === null) throw new Fault('payment-method-missing');
    const begun = await this.begin(ctx, invoice);
    const made = await this.attempts.make(begun, customerId, `Invoice ${invoice.number}`);
    const tried = await this.accounts.transaction(ctx, (tx) => countDueTry(tx, made));
    return this.attempts.confirm(ctx, tried, { ...collecting, methodId: chosen });
  }

  /** @throws Fault `conflict` when real money would pay for what was only tried out */
  private assertMode({ testMode }: Invoice): void {
    if (testMode && !this.provider.isTest)
      throw new Fault('conflict', { detail: 'The invoice was made in test mode: nothing is to be paid' });
  }

  /** The invoice's payment. One over another amount is taken back first. */
  private async begin(ctx: TenantContext | null, { tenantId, id }: Invoice): Promise<Payment> {
    const other = await findUnderway(this.accounts.rows, tenantId, id);
    const invoice = await findInvoice(this.accounts.rows, tenantId, id);
    if (other && other.amountNanos !== dueNanos(invoice)) await this.takeBack(ctx, other);
    return this.accounts.transaction(ctx, async (tx) => {
      await lockBook(tx, tenantId);
      const due = await findInvoice(tx, tenantId, id);
      assertDue(due);
      const underway = await findUnderway(tx, tenantId, id);
      if (underway) return underway;
      const payment = payInvoiceWith(due, this.provider.isTest, this.clock.now());
      await insertPayment(tx, payment);
      announce(tx, null, payment);
      return payment;
    });
  }

  private async takeBack(ctx: TenantContext | null, payment: Payment): Promise<void> {
    const { providerId, accountId } = payment;
    const found = providerId === null ? GIVEN_UP : await this.provider.cancelPayment(providerId, accountId);
    await this.settlement.settle(ctx, payment, found);
  }
}

/** One more attempt at what is still due. @throws Fault `conflict` when something came in between */
async function countDueTry(tx: Transaction, payment: Payment): Promise<Payment> {
  await lockBook(tx, payment.tenantId);
  const due = dueNanos(await findInvoice(tx, payment.tenantId, payment.invoiceId!));
  const tried = due === payment.amountNanos ? await countTry(tx, payment) : undefined;
  if (tried) return tried;
  throw new Fault('conflict', { detail: 'What is due of the invoice, or its payment, changed just now; try again' });
}

/** @throws Fault `conflict` */
function assertDue(invoice: Invoice): void {
  if (dueNanos(invoice) > 0n) return;
  const detail = `Only an open or uncollectible invoice with something due can be collected; this one is ${invoice.status}`;
  throw new Fault('conflict', { detail });
}
