import { Controller } from '@nestjs/common';
import { AccessPolicyChanged, setRateLimit, type AccessPolicy, type SetRateLimitRequest } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Registry } from '../registry/registry.js';
import { limitRate } from './access-policy.js';
import { lockPolicy, policyChanges, savePolicy, toMessage } from './access-policy.table.js';

/** Sets how many requests a tenant may make; the gateways go by it within a second. */
@Controller()
export class SetRateLimit {
  constructor(
    private readonly registry: Registry,
    private readonly clock: Clock,
  ) {}

  @Handles(setRateLimit)
  async handle({ tenantId, ...limit }: SetRateLimitRequest, ctx: TenantContext): Promise<AccessPolicy> {
    return this.registry.transaction(async (tx) => {
      const before = await lockPolicy(tx, tenantId);
      const after = limitRate(before, limit, this.clock.now());
      await savePolicy(tx, after);
      tx.publish(new AccessPolicyChanged({ tenantId, version: after.version }), {
        tenantId,
        changes: policyChanges(before, after),
      });
      return toMessage(after);
    }, ctx);
  }
}
