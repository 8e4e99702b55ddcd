import { Injectable } from '@nestjs/common';
import { setBillingSuspension } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { RpcClient } from '@tenantry/messaging';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { Organizations } from '../organizations/organizations.js';
import { isSuspended } from './dunning.js';

/** Tells the registry of tenants whether a tenant is to be suspended because it does not pay. */
@Injectable()
export class BillingSuspension {
  constructor(
    private readonly book: InvoiceBook,
    private readonly organizations: Organizations,
    private readonly rpc: RpcClient,
  ) {}

  /**
   * Says what counts now, under the lock of the tenant's book: news of older steps that comes late, or again, changes nothing.
   * @throws Fault `unavailable` when the registry does not answer; whoever reacts tries again
   */
  async tell(ctx: TenantContext): Promise<void> {
    const { tenantId } = ctx;
    await this.book.transaction(undefined, tenantId, async (tx) => {
      const suspended = isSuspended(await this.organizations.dunningOf(tx, tenantId));
      await this.rpc.call(setBillingSuspension, { tenantId, suspended }, ctx);
    });
  }
}
