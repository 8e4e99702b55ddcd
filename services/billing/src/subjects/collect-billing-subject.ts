import { Controller } from '@nestjs/common';
import { collectBillingSubject, type CollectBillingSubjectRequest, type PersonRows } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { personRows } from '@tenantry/service';
import { assertShown, PLACES, soughtOf } from './billing-subject.js';
import { findContact, findEvents } from './billing-subject.table.js';

const BATCH_ROWS = 500;

/** Gives what billing has about a person, in constant memory. */
@Controller()
export class CollectBillingSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(collectBillingSubject)
  async handle(request: CollectBillingSubjectRequest, ctx: TenantContext): Promise<PersonRows> {
    assertShown(request.place);
    const find = request.place === PLACES.contact ? findContact : findEvents;
    return personRows(this.tenants.stream(ctx, find(soughtOf(request)), BATCH_ROWS));
  }
}
