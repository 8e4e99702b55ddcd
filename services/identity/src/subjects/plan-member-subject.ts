import { Controller } from '@nestjs/common';
import { type PersonPlaces, planMemberSubject, type PlanMemberSubjectRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { circleOf } from '../members/roles.js';
import { placesOf, soughtOf } from './member-subject.js';
import { countSubject, type SubjectCounts } from './member-subject.table.js';

/** Says what the tenant has about a person as a member. */
@Controller()
export class PlanMemberSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(planMemberSubject)
  async handle(request: PlanMemberSubjectRequest, ctx: TenantContext): Promise<PersonPlaces> {
    const { topRole } = circleOf(ctx.tenantId);
    const [counts] = await this.tenants.query<SubjectCounts>(ctx, countSubject(soughtOf(request), topRole));
    return { places: placesOf(counts!) };
  }
}
