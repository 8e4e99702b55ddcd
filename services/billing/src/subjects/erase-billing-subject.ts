import { Controller } from '@nestjs/common';
import {
  BillingContactSet,
  eraseBillingSubject,
  type EraseBillingSubjectRequest,
  type PersonErased,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { PLACES, soughtOf } from './billing-subject.js';
import { deleteContact } from './billing-subject.table.js';

/** Forgets whom invoices go to. The next ones are addressed to the tenant by its name. */
@Controller()
export class EraseBillingSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(eraseBillingSubject)
  handle(request: EraseBillingSubjectRequest, ctx: TenantContext): Promise<PersonErased> {
    return this.tenants.transaction(ctx, async (tx) => {
      const rows = BigInt(await deleteContact(tx, soughtOf(request)));
      if (rows > 0n) {
        const changes = [{ resource: 'billing_contact', id: ctx.tenantId, action: 'delete' as const }];
        tx.publish(new BillingContactSet({}), { changes });
      }
      return {
        places: [{ place: PLACES.contact, action: 'delete', rows }],
        rows,
        erasedAt: this.clock.now(),
        keysDestroyed: [],
      };
    });
  }
}
