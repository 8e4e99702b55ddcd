import { Controller } from '@nestjs/common';
import { OrganizationDunningChanged } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { On, type EventContext } from '@tenantry/messaging';
import { BillingSuspension } from '../dunning/billing-suspension.js';

/** A tenant is suspended, and opened again, with the tenant that pays for its organization. */
@Controller()
export class OnOrganizationDunningChanged {
  constructor(private readonly suspension: BillingSuspension) {}

  @On(OrganizationDunningChanged, { consumer: 'billing.organization-suspension' })
  async handle(_event: OrganizationDunningChanged, _tx: Transaction, ctx: EventContext): Promise<void> {
    await this.suspension.tell(ctx);
  }
}
