import { Controller } from '@nestjs/common';
import { InvoiceCollectionFailed } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { collectionNotice } from './notice.js';
import { Notices } from './notices.js';

/** Tells that a card was declined. Who has none is reminded when the invoice is overdue. */
@Controller()
export class OnCollectionFailed {
  constructor(private readonly notices: Notices) {}

  @On(InvoiceCollectionFailed, { consumer: 'billing.collection-notice' })
  async handle(failed: InvoiceCollectionFailed, tx: Transaction): Promise<void> {
    if (failed.outcome === 'no_payment_method') return;
    await this.notices.send(tx, (tenant) => collectionNotice(tenant, failed));
  }
}
