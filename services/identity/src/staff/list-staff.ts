import { Controller } from '@nestjs/common';
import { listStaff, type ListStaffRequest, type MemberPage } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { memberPage } from '../members/page.js';

/** Lists the platform’s staff: the members of its own tenant. */
@Controller()
export class ListStaff {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
  ) {}

  @Handles(listStaff)
  handle(request: ListStaffRequest, ctx: TenantContext): Promise<MemberPage> {
    return memberPage(this.tenants, this.cursors, ctx, request);
  }
}
