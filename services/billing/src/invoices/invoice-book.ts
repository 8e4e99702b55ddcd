import { Injectable } from '@nestjs/common';
import type { Invoice as InvoiceMessage } from '@tenantry/contracts';
import { ControlDatabase, type RowChange, type Transaction } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { DunningLadder } from '../dunning/dunning-ladder.js';
import type { Rows } from '../plans/plan.table.js';
import type { Invoice } from './invoice.js';
import {
  findCreditNotes,
  findInvoice,
  findLines,
  invoiceChanges,
  lockBook,
  saveInvoice,
  toMessage,
} from './invoice.table.js';

const JOB = 'billing_invoices';

/** Which invoice of which tenant. */
export interface InvoiceName {
  readonly tenantId: string;
  readonly invoiceId: string;
}

/** What becomes of an invoice, and what is announced. */
export interface InvoiceChange {
  readonly after: Invoice;
  readonly event: object;
  /** Other rows that changed with it. */
  readonly changes?: readonly RowChange[];
}

/** The platform's hand on what tenants owe. Every statement through it names the tenant. */
@Injectable()
export class InvoiceBook {
  constructor(
    private readonly control: ControlDatabase,
    private readonly ladder: DunningLadder,
  ) {}

  /** Reads of all tenants' invoices. */
  get rows(): Rows {
    return this.control.job(JOB);
  }

  /** One commit of the platform, for a request or by itself, while nobody else touches the invoices of the tenant. */
  transaction<T>(ctx: TenantContext | undefined, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const locked = async (tx: Transaction): Promise<T> => {
      await lockBook(tx, tenantId);
      return work(tx);
    };
    return this.control.job(JOB).transaction(locked, { ctx });
  }

  /** Changes what becomes of an invoice, and says so in the tenant's own trail. @throws Fault `not-found` */
  async change(
    ctx: TenantContext,
    { tenantId, invoiceId }: InvoiceName,
    decide: (invoice: Invoice, tx: Transaction) => Promise<InvoiceChange>,
  ): Promise<InvoiceMessage> {
    await findInvoice(this.rows, tenantId, invoiceId); // no book for a tenant that is unknown
    return this.transaction(ctx, tenantId, async (tx) => {
      const before = await findInvoice(tx, tenantId, invoiceId);
      const change = await decide(before, tx);
      await this.apply(tx, before, change);
      return printInvoice(tx, change.after);
    });
  }

  /** Saves and announces a change. The caller holds the lock of the tenant's book. */
  async apply(tx: Transaction, before: Invoice, { after, event, changes = [] }: InvoiceChange): Promise<void> {
    const { tenantId } = before;
    await saveInvoice(tx, after);
    tx.publish(event, { tenantId, changes: [...invoiceChanges(before, after), ...changes] });
    await this.ladder.ease(tx, tenantId);
  }
}

/** An invoice with its lines and credit notes. */
export async function printInvoice(rows: Rows, invoice: Invoice): Promise<InvoiceMessage> {
  const lines = await findLines(rows, invoice);
  return toMessage(invoice, lines, invoice.creditedNanos > 0n ? await findCreditNotes(rows, invoice) : []);
}
