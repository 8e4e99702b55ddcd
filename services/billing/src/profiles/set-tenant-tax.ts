import { Controller } from '@nestjs/common';
import { setTenantTax, TaxTermsSet, type BillingProfile, type SetTenantTaxRequest } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { taxTerms } from './billing-profile.js';
import { findProfile, saveTaxTerms, taxChanges, toMessage } from './billing-profile.table.js';

/** Says how a tenant's next invoices are taxed and when they are due. */
@Controller()
export class SetTenantTax {
  constructor(
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(setTenantTax)
  async handle({ tenantId, ...wish }: SetTenantTaxRequest, ctx: TenantContext): Promise<BillingProfile> {
    const tax = taxTerms(wish);
    await requireTenant(this.directories, tenantId);
    return this.book.transaction(ctx, tenantId, async (tx) => {
      const before = await findProfile(tx, tenantId);
      await saveTaxTerms(tx, tenantId, tax, this.clock.now());
      tx.publish(new TaxTermsSet({}), { tenantId, changes: taxChanges(tenantId, before.tax, tax) });
      return toMessage({ ...before, tax });
    });
  }
}
