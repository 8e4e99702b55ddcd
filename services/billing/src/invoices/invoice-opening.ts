import { Injectable } from '@nestjs/common';
import { InvoiceGathered, InvoiceOpened } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, Fault, formatNanos } from '@tenantry/kernel';
import { BillingSettings } from '../config.js';
import { nextOrganizationNumber } from '../organizations/organization-billing.table.js';
import { Organizations } from '../organizations/organizations.js';
import { assertMayBecome, finalize, joinWhole, type Invoice } from './invoice.js';
import type { InvoiceChange } from './invoice-book.js';
import { nextNumber } from './invoice.table.js';

const MINUTE_MS = 60_000;

/** Makes drafts final. Its callers hold the lock of the tenant's invoice book. */
@Injectable()
export class InvoiceOpening {
  constructor(
    private readonly organizations: Organizations,
    private readonly settings: BillingSettings,
    private readonly clock: Clock,
  ) {}

  /** An invoice to be paid, or a part of its organization's. @throws Fault `conflict` when it is no draft, or somebody else pays now */
  async open(tx: Transaction, invoice: Invoice): Promise<InvoiceChange> {
    if (invoice.organizationId !== null) return this.number(tx, invoice);
    const payer = await this.organizations.payerOf(tx, invoice.tenantId);
    if ((payer?.organizationId ?? null) !== invoice.partOf)
      throw new Fault('conflict', { detail: 'Who pays for the tenant changed; void the draft and draw it up again' });
    return payer ? this.gather(invoice, payer.organizationId) : this.number(tx, invoice);
  }

  /** The number is taken in the same commit, so none is ever missing. */
  private async number(tx: Transaction, invoice: Invoice): Promise<InvoiceChange> {
    assertMayBecome(invoice, 'open');
    const { id: invoiceId, organizationId, currency, totalNanos } = invoice;
    const number =
      organizationId === null
        ? await nextNumber(tx, invoice.tenantId)
        : await nextOrganizationNumber(tx, organizationId);
    const event = new InvoiceOpened({ invoiceId, number, currency, total: formatNanos(totalNanos) });
    const now = this.clock.now();
    const collectAt = new Date(now.getTime() + this.settings.COLLECT_AFTER_MINUTES * MINUTE_MS);
    return { after: { ...finalize(invoice, number, now), collectAt }, event };
  }

  private gather(invoice: Invoice, organizationId: string): InvoiceChange {
    const event = new InvoiceGathered({ invoiceId: invoice.id, organizationId });
    return { after: joinWhole(invoice, this.clock.now()), event };
  }
}
