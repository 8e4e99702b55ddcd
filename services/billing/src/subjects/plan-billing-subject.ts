import { Controller } from '@nestjs/common';
import { type PersonPlaces, planBillingSubject, type PlanBillingSubjectRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Redactions } from '../redactions/redactions.js';
import { placesOf, soughtOf } from './billing-subject.js';
import { countSubject, type SubjectCounts } from './billing-subject.table.js';

/** Says what billing has about a person. */
@Controller()
export class PlanBillingSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly redactions: Redactions,
  ) {}

  @Handles(planBillingSubject)
  async handle(request: PlanBillingSubjectRequest, ctx: TenantContext): Promise<PersonPlaces> {
    const provider = await this.redactions.standing(ctx.tenantId);
    const [counts] = await this.tenants.query<SubjectCounts>(ctx, countSubject(soughtOf(request)));
    return { places: placesOf(counts!, provider) };
  }
}
