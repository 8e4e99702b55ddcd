import { Controller } from '@nestjs/common';
import {
  AccessPolicyChanged,
  replaceAccessPolicy,
  type AccessPolicy,
  type ReplaceAccessPolicyRequest,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { restrictAccess } from './access-policy.js';
import { lockPolicy, policyChanges, savePolicy, toMessage } from './access-policy.table.js';

/** Replaces the security policy of the caller's tenant; every service goes by it within a second. */
@Controller()
export class ReplaceAccessPolicy {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(replaceAccessPolicy)
  async handle(request: ReplaceAccessPolicyRequest, ctx: TenantContext): Promise<AccessPolicy> {
    const { allowedIps, corsOrigins, maxSessionHours = null, exportRoles } = request;
    const { passwordMinLength = null, passwordHistory = null, passwordMaxAgeDays = null } = request;
    const passwords = { passwordMinLength, passwordHistory, passwordMaxAgeDays };
    const rules = { allowedIps, corsOrigins, maxSessionHours, exportRoles, ...passwords };
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockPolicy(tx, ctx.tenantId);
      const after = restrictAccess(before, { ...rules, clientIp: ctx.request.clientIp }, this.clock.now());
      await savePolicy(tx, after);
      tx.publish(new AccessPolicyChanged({ tenantId: ctx.tenantId, version: after.version }), {
        changes: policyChanges(before, after),
      });
      return toMessage(after);
    });
  }
}
