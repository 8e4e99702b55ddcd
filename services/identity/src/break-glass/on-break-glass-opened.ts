import { Controller } from '@nestjs/common';
import { BreakGlassOpened } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { openedMail } from './access-mail.js';
import { OwnerMail } from './owner-mail.js';

/** Tells the tenant's owners at once. */
@Controller()
export class OnBreakGlassOpened {
  constructor(private readonly owners: OwnerMail) {}

  @On(BreakGlassOpened, { consumer: 'identity.break-glass-notice' })
  async handle(opened: BreakGlassOpened, tx: Transaction): Promise<void> {
    await this.owners.send(tx, (to, place) => openedMail(to, place, opened));
  }
}
