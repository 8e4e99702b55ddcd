import { Controller } from '@nestjs/common';
import { type PersonPlaces, planTenantSubject, type PlanTenantSubjectRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { countOwners, PLACE } from './tenant-subject.table.js';

/** Says whether the tenant is being made for somebody. */
@Controller()
export class PlanTenantSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(planTenantSubject)
  async handle({ email = null }: PlanTenantSubjectRequest, ctx: TenantContext): Promise<PersonPlaces> {
    const [found] = await this.tenants.query<{ rows: bigint }>(ctx, countOwners(email?.toLowerCase() ?? null));
    const columns = [
      { name: 'ownerEmail', classification: 'personal' },
      { name: 'startedAt', classification: 'internal' },
    ];
    return { places: [{ place: PLACE, rows: found!.rows, action: 'mask', reason: null, columns }] };
  }
}
