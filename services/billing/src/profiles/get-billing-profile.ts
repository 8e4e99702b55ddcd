import { Controller } from '@nestjs/common';
import {
  getBillingProfile,
  getTenantBillingProfile,
  type BillingProfile,
  type GetBillingProfileRequest,
  type GetTenantBillingProfileRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { findProfile, toMessage } from './billing-profile.table.js';

/** Gives what invoices say about a tenant: to the tenant through its own door, to staff through the book's. */
@Controller()
export class GetBillingProfile {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
  ) {}

  @Handles(getBillingProfile)
  async handle(_request: GetBillingProfileRequest, ctx: TenantContext): Promise<BillingProfile> {
    return toMessage(await findProfile({ query: (statement) => this.tenants.query(ctx, statement) }, ctx.tenantId));
  }

  @Handles(getTenantBillingProfile)
  async handleTenant({ tenantId }: GetTenantBillingProfileRequest): Promise<BillingProfile> {
    await requireTenant(this.directories, tenantId);
    return toMessage(await findProfile(this.book.rows, tenantId));
  }
}
