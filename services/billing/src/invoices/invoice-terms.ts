import { Injectable } from '@nestjs/common';
import { Directories } from '@tenantry/messaging';
import { BillingSettings } from '../config.js';
import { PaymentProvider } from '../payments/payment-provider.js';
import type { Rows } from '../plans/plan.table.js';
import type { TaxTerms } from '../profiles/billing-profile.js';
import { findProfile } from '../profiles/billing-profile.table.js';
import type { Invoice } from './invoice.js';

/** What a new invoice says about tax and about who bills and pays. It keeps that, whatever changes later. */
@Injectable()
export class InvoiceTerms {
  constructor(
    private readonly settings: BillingSettings,
    private readonly directories: Directories,
    private readonly provider: PaymentProvider,
  ) {}

  /** A tenant that has not said to whom its invoices are addressed is named as the platform knows it. */
  async of(
    rows: Rows,
    tenantId: string,
  ): Promise<{ readonly tax: TaxTerms; readonly parties: NonNullable<Invoice['parties']>; readonly isTest: boolean }> {
    const { contact, tax } = await findProfile(rows, tenantId);
    const { SELLER_NAME, SELLER_ADDRESS, SELLER_TAX_ID } = this.settings;
    const seller = { name: SELLER_NAME, address: SELLER_ADDRESS, taxId: SELLER_TAX_ID || null };
    const name = contact?.name ?? this.directories.tenants.get(tenantId)?.name ?? tenantId;
    const customer = { name, address: contact?.address ?? '', taxId: tax.taxId };
    return { tax, parties: { seller, customer }, isTest: this.isTest(tenantId) };
  }

  /** Whether nothing that a tenant is billed now is to be paid: no money moves, or it is somebody's sandbox. */
  isTest(tenantId: string): boolean {
    const isSandbox = this.directories.tenants.get(tenantId)?.sandboxOf != null;
    return this.settings.INVOICE_TEST_MODE || isSandbox || (this.provider.isThere && this.provider.isTest);
  }
}
