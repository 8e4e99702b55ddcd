import { Controller } from '@nestjs/common';
import {
  CollectionSet,
  setCollection,
  setTenantCollection,
  type BillingProfile,
  type SetCollectionRequest,
  type SetTenantCollectionRequest,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { requireTenant } from '../subscriptions/require-tenant.js';
import { collectionChanges, findProfile, saveCollection, toMessage } from './billing-profile.table.js';

/** Says whether invoices are collected by themselves: the tenant of its own, staff of any. */
@Controller()
export class SetCollection {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly book: InvoiceBook,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(setCollection)
  handle({ automatic }: SetCollectionRequest, ctx: TenantContext): Promise<BillingProfile> {
    return this.tenants.transaction(ctx, (tx) => this.set(tx, ctx.tenantId, automatic));
  }

  @Handles(setTenantCollection)
  async handleTenant({ tenantId, automatic }: SetTenantCollectionRequest, ctx: TenantContext): Promise<BillingProfile> {
    await requireTenant(this.directories, tenantId);
    return this.book.transaction(ctx, tenantId, (tx) => this.set(tx, tenantId, automatic));
  }

  private async set(tx: Transaction, tenantId: string, automatic: boolean): Promise<BillingProfile> {
    const before = await findProfile(tx, tenantId);
    await saveCollection(tx, tenantId, automatic, this.clock.now());
    const changes = collectionChanges(tenantId, before.isCollectedAutomatically, automatic);
    tx.publish(new CollectionSet({ automatic }), { tenantId, changes });
    return toMessage({ ...before, isCollectedAutomatically: automatic });
  }
}
