import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { Directories } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import { findProfile } from '../profiles/billing-profile.table.js';
import type { Notice } from './notice.js';

/**
 * Mails to a tenant's billing contact; a tenant that named none reads its events. A mail leaves before the commit that notes it: when that
 * fails the reaction runs again, and the contact reads it twice rather than never.
 */
@Injectable()
export class Notices {
  constructor(
    private readonly mailer: Mailer,
    private readonly directories: Directories,
  ) {}

  /** @throws Error when the mail server does not take it; the reaction is tried again */
  async send(tx: Transaction, compose: (tenant: string) => Notice): Promise<void> {
    const { contact } = await findProfile(tx, tx.tenantId);
    if (!contact) return;
    const tenant = this.directories.tenants.get(tx.tenantId)?.name ?? contact.name;
    await this.mailer.send({ to: contact.email, ...compose(tenant), tenantId: tx.tenantId });
  }
}
