import { Controller } from '@nestjs/common';
import { collectMemberSubject, type CollectMemberSubjectRequest, type PersonRows } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { personRows } from '@tenantry/service';
import { assertShown, PLACES, soughtOf } from './member-subject.js';
import { findMembers, findPrepared } from './member-subject.table.js';

/** Gives what the tenant has about a person as a member. */
@Controller()
export class CollectMemberSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(collectMemberSubject)
  async handle(request: CollectMemberSubjectRequest, ctx: TenantContext): Promise<PersonRows> {
    assertShown(request.place);
    const find = request.place === PLACES.membership ? findMembers : findPrepared;
    return personRows([await this.tenants.query(ctx, find(soughtOf(request)))]);
  }
}
