import { Injectable } from '@nestjs/common';
import { InvitationSent } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { Clock, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import { IdentitySettings } from '../config.js';
import { insertLink } from '../members/people.table.js';
import { newSecretToken } from '../sessions/secret-token.js';
import { LINK_LIFETIME_MS, linkMail } from './one-time-link.js';

/** Sends one-time links. */
@Injectable()
export class Invitations {
  constructor(
    private readonly mailer: Mailer,
    private readonly directories: Directories,
    private readonly settings: IdentitySettings,
    private readonly clock: Clock,
  ) {}

  /**
   * Mails a link to a person of the transaction's tenant, unless they have a password. The mail leaves before the commit: if
   * the commit fails, the reaction runs again, and a link that works follows the one that does not.
   */
  async send(tx: Transaction, person: { readonly personId: string; readonly email: string }): Promise<void> {
    const { token, hash } = newSecretToken('l');
    const expiresAt = new Date(this.clock.now().getTime() + LINK_LIFETIME_MS);
    if (!(await insertLink(tx, { personId: person.personId, hash, expiresAt }))) return;
    const place =
      tx.tenantId === PLATFORM_TENANT_ID
        ? 'the Tenantry platform'
        : (this.directories.tenants.get(tx.tenantId)?.name ?? 'Tenantry');
    const mail = linkMail(person.email, place, token, this.settings.ACCEPT_URL);
    await this.mailer.send({ ...mail, tenantId: tx.tenantId });
    tx.publish(new InvitationSent({ personId: person.personId, expiresAt }), {
      changes: [
        { resource: 'invitation', id: person.personId, action: 'insert', new: { expiresAt: expiresAt.toISOString() } },
      ],
    });
  }
}
