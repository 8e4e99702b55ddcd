import { Controller } from '@nestjs/common';
import { getAccessPolicy, type AccessPolicy, type GetAccessPolicyRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findPolicy, toMessage } from './access-policy.table.js';

/** Gives the access policy of the caller's tenant. */
@Controller()
export class GetAccessPolicy {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getAccessPolicy)
  async handle(_request: GetAccessPolicyRequest, ctx: TenantContext): Promise<AccessPolicy> {
    return toMessage(await findPolicy({ query: (statement) => this.tenants.query(ctx, statement) }, ctx.tenantId));
  }
}
