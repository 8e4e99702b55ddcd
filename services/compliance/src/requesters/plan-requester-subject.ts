import { Controller } from '@nestjs/common';
import { type PersonPlaces, planRequesterSubject, type PlanRequesterSubjectRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import { countAccesses } from '../access-reviews/access-subject.table.js';
import { countRequestsOf } from '../requests/privacy-request.table.js';
import { countConsents } from '../consents/consent.table.js';
import { namesOf, placesOf } from './requester.js';

/** Says what somebody asked for before, and whether mails to them lie here. */
@Controller()
export class PlanRequesterSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly mailer: Mailer,
  ) {}

  @Handles(planRequesterSubject)
  async handle(request: PlanRequesterSubjectRequest, ctx: TenantContext): Promise<PersonPlaces> {
    const { email = null } = request;
    const [[asked], [said], [reviewed], mails] = await Promise.all([
      this.tenants.query<{ requests: bigint }>(ctx, countRequestsOf(email)),
      this.tenants.query<{ consents: bigint }>(ctx, countConsents(namesOf(request))),
      this.tenants.query<{ accesses: bigint }>(ctx, countAccesses(request)),
      email === null ? [] : this.mailer.kept(ctx.tenantId, email),
    ]);
    return { places: placesOf(asked!.requests, said!.consents, reviewed!.accesses, mails.length) };
  }
}
