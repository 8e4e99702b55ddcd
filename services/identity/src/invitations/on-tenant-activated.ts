import { Controller } from '@nestjs/common';
import { TenantActivated } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On } from '@tenantry/messaging';
import { Invitations } from './invitations.js';
import { lockPreparations } from './prepared-owner.table.js';

/** The tenant is open: its owner is told how to get in. */
@Controller()
export class OnTenantActivated {
  constructor(private readonly invitations: Invitations) {}

  @On(TenantActivated, { consumer: 'identity.invitations' })
  async handle(_event: TenantActivated, tx: Transaction): Promise<void> {
    for (const { personId, email } of await lockPreparations(tx)) {
      if (personId) await this.invitations.send(tx, { personId, email });
    }
  }
}
