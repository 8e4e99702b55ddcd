import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Clock } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Invoice, InvoiceLine } from '../invoices/invoice.js';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { InvoiceOpening } from '../invoices/invoice-opening.js';
import { InvoiceTerms } from '../invoices/invoice-terms.js';
import { insertInvoice } from '../invoices/invoice.table.js';
import { wholeOf, type Part, type Payer, type WholeFacts } from './organization-billing.js';
import {
  findOrganizationBilling,
  linesOfParts,
  lockOrganizationBilling,
  lockWaitingParts,
  putInto,
} from './organization-billing.table.js';

/** How many parts one invoice carries; what is more is on the next. */
const MAX_PARTS = 200;

/** Gathers what the tenants of an organization are charged on invoices of the tenant that pays. */
@Injectable()
export class Gathering {
  constructor(
    private readonly book: InvoiceBook,
    private readonly opening: InvoiceOpening,
    private readonly terms: InvoiceTerms,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /** Opens the invoices of everything that waits, each in its own commit; none when nobody pays for all. */
  async gather(organizationId: string): Promise<Invoice[]> {
    const opened: Invoice[] = [];
    for (;;) {
      const { payingTenantId } = await findOrganizationBilling(this.book.rows, organizationId);
      if (payingTenantId === null) return opened;
      const next = await this.next({ organizationId, payingTenantId });
      if (!next) return opened;
      opened.push(next);
    }
  }

  /** One invoice; undefined when nothing waits, or somebody else pays now. */
  private next(payer: Payer): Promise<Invoice | undefined> {
    const { organizationId, payingTenantId } = payer;
    return this.book.transaction(undefined, payingTenantId, async (tx) => {
      const now = await lockOrganizationBilling(tx, organizationId, this.clock.now());
      return now.payingTenantId === payingTenantId ? this.gatherNext(tx, payer) : undefined;
    });
  }

  /** One invoice. The caller holds the locks of the payer's book and of the organization. */
  async gatherNext(tx: Transaction, payer: Payer): Promise<Invoice | undefined> {
    const waiting = await lockWaitingParts(tx, payer.organizationId, MAX_PARTS);
    const [first, ...rest] = this.partsOf(waiting, await linesOfParts(tx, waiting));
    if (!first) return undefined;
    const drafted = wholeOf([first, ...rest], await this.factsOf(tx, payer));
    await insertInvoice(tx, drafted.invoice, drafted.lines);
    await putInto(tx, waiting, drafted.invoice.id);
    const change = await this.opening.open(tx, drafted.invoice);
    await this.book.apply(tx, drafted.invoice, change);
    return change.after;
  }

  private partsOf(invoices: readonly Invoice[], lines: readonly (InvoiceLine & { invoiceId: string })[]): Part[] {
    const byInvoice = Map.groupBy(lines, ({ invoiceId }) => invoiceId);
    return invoices.map((invoice) => ({
      invoice,
      lines: byInvoice.get(invoice.id) ?? [],
      tenantName: this.nameOf(invoice.tenantId),
    }));
  }

  private async factsOf(tx: Transaction, payer: Payer): Promise<WholeFacts> {
    const { payingTenantId } = payer;
    const timeZone = this.directories.tenants.get(payingTenantId)?.timeZone ?? 'UTC';
    const payingTenantName = this.nameOf(payingTenantId);
    return {
      ...payer,
      ...(await this.terms.of(tx, payingTenantId)),
      ...{ timeZone, payingTenantName, now: this.clock.now() },
    };
  }

  private nameOf(tenantId: string): string {
    return this.directories.tenants.get(tenantId)?.name ?? tenantId;
  }
}
