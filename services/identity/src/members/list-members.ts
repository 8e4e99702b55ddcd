import { Controller } from '@nestjs/common';
import { listMembers, type ListMembersRequest, type MemberPage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { memberPage } from './page.js';

/** Lists the tenant's members. */
@Controller()
export class ListMembers {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listMembers)
  handle(request: ListMembersRequest, ctx: TenantContext): Promise<MemberPage> {
    return memberPage(this.tenants, this.cursors, ctx, request);
  }
}
