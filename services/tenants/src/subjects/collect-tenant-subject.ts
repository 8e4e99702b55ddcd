import { Controller } from '@nestjs/common';
import { collectTenantSubject, type CollectTenantSubjectRequest, type PersonRows } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { personRows } from '@tenantry/service';
import { findOwners, PLACE } from './tenant-subject.table.js';

/** Gives what the registry has about whom a tenant is being made for. */
@Controller()
export class CollectTenantSubject {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(collectTenantSubject)
  async handle({ email = null, place }: CollectTenantSubjectRequest, ctx: TenantContext): Promise<PersonRows> {
    if (place !== PLACE)
      throw new Fault('invalid-input', { field: 'place', detail: `A copy shows nothing of ${place}` });
    return personRows([await this.tenants.query(ctx, findOwners(email?.toLowerCase() ?? null))]);
  }
}
