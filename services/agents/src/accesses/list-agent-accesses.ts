import { Controller } from '@nestjs/common';
import {
  type AccessLines,
  type GivenAccess,
  listAgentAccesses,
  type ListAgentAccessesRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { accessLines, MAX_ACCESSES } from '@tenantry/service';
import { findAccesses } from './agent-access.table.js';

/** Gives every agent of the tenant that is not archived, and every token that is alive. */
@Controller()
export class ListAgentAccesses {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(listAgentAccesses)
  async handle(_: ListAgentAccessesRequest, ctx: TenantContext): Promise<AccessLines> {
    const statement = findAccesses(this.clock.now(), MAX_ACCESSES + 1);
    return accessLines(await this.tenants.query<GivenAccess>(ctx, statement));
  }
}
