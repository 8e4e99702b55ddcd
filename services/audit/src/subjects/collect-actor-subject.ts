import { Controller } from '@nestjs/common';
import { collectActorSubject, type CollectActorSubjectRequest, type PersonRows } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { personRows } from '@tenantry/service';
import { findActs, PLACES } from './actor-subject.table.js';

const BATCH_ROWS = 500;

/** Gives what the log has about what a member did, in constant memory. */
@Controller()
export class CollectActorSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(collectActorSubject)
  handle({ userId = null, place }: CollectActorSubjectRequest, ctx: TenantContext): PersonRows {
    if (place !== PLACES.entry) {
      throw new Fault('invalid-input', { field: 'place', detail: `A copy shows nothing of ${place}` });
    }
    return personRows(this.tenants.stream(ctx, findActs(userId), BATCH_ROWS));
  }
}
