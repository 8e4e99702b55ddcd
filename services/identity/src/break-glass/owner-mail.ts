import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tenantry/database';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { Mailer, type Mail } from '@tenantry/service';
import { ownerAddresses } from '../members/membership.table.js';

/** A tenant that has more owners tells the others. */
const MAX_OWNERS = 20;

/** Mails to the owners of a tenant. */
@Injectable()
export class OwnerMail {
  constructor(
    private readonly mailer: Mailer,
    private readonly directories: Directories,
  ) {}

  /** Mails leave before the commit of the event's claim: when one fails, all are sent again. */
  async send(tx: Transaction, mailTo: (address: string, place: string) => Mail): Promise<void> {
    const name = this.directories.tenants.get(tx.tenantId)?.name;
    const place = tx.tenantId === PLATFORM_TENANT_ID ? 'a tenant of the platform' : (name ?? 'your tenant');
    const addresses = await ownerAddresses(tx, MAX_OWNERS);
    for (const address of addresses) await this.mailer.send(mailTo(address, place));
  }
}
