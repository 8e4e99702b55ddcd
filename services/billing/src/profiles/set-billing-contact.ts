import { Controller } from '@nestjs/common';
import {
  BillingContactSet,
  setBillingContact,
  type BillingProfile,
  type SetBillingContactRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { contactOf } from './billing-profile.js';
import { findProfile, saveContact, toMessage } from './billing-profile.table.js';

/** Says to whom a tenant's invoices are addressed. The event has no values: they are about a person. */
@Controller()
export class SetBillingContact {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(setBillingContact)
  async handle(request: SetBillingContactRequest, ctx: TenantContext): Promise<BillingProfile> {
    const { tenantId } = ctx;
    return this.tenants.transaction(ctx, async (tx) => {
      const contact = contactOf(request);
      const { contact: before } = await findProfile(tx, tenantId);
      await saveContact(tx, contact, this.clock.now());
      const action = before ? 'update' : 'insert';
      tx.publish(new BillingContactSet({}), { changes: [{ resource: 'billing_contact', id: tenantId, action }] });
      return toMessage(await findProfile(tx, tenantId));
    });
  }
}
