import { Controller } from '@nestjs/common';
import {
  type AccessLines,
  type GivenAccess,
  listMemberAccesses,
  type ListMemberAccessesRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { accessLines, MAX_ACCESSES } from '@tenantry/service';
import { findAccesses } from './member-access.table.js';

/** Gives every member, living key, open support grant and open emergency access of the tenant. */
@Controller()
export class ListMemberAccesses {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(listMemberAccesses)
  async handle(_: ListMemberAccessesRequest, ctx: TenantContext): Promise<AccessLines> {
    const statement = findAccesses(this.clock.now(), MAX_ACCESSES + 1);
    return accessLines(await this.tenants.query<GivenAccess>(ctx, statement));
  }
}
