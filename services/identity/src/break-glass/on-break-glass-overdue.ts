import { Controller } from '@nestjs/common';
import { BreakGlassOverdue } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { overdueMail } from './access-mail.js';
import { OwnerMail } from './owner-mail.js';

/** Tells the tenant's owners that nobody said in time what was done. */
@Controller()
export class OnBreakGlassOverdue {
  constructor(private readonly owners: OwnerMail) {}

  @On(BreakGlassOverdue, { consumer: 'identity.break-glass-overdue' })
  async handle(overdue: BreakGlassOverdue, tx: Transaction): Promise<void> {
    await this.owners.send(tx, (to, place) => overdueMail(to, place, overdue));
  }
}
