import { Controller } from '@nestjs/common';
import { type PersonPlaces, planRequesterSubject, type PlanRequesterSubjectRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Mailer } from '@tenantry/service';
import { countRequestsOf } from '../requests/privacy-request.table.js';
import { placesOf } from './requester.js';

/** Says what somebody asked for before, and whether mails to them lie here. */
@Controller()
export class PlanRequesterSubject {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly mailer: Mailer,
  ) {}

  @Handles(planRequesterSubject)
  async handle({ email = null }: PlanRequesterSubjectRequest, ctx: TenantContext): Promise<PersonPlaces> {
    if (email === null) return { places: placesOf(0n, 0) };
    const [found] = await this.tenants.query<{ requests: bigint }>(ctx, countRequestsOf(email));
    return { places: placesOf(found!.requests, (await this.mailer.kept(ctx.tenantId, email)).length) };
  }
}
