import { Controller } from '@nestjs/common';
import { checkEntitlement, type CheckEntitlementRequest, type EntitlementCheck } from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, entitlementTo, Handles, isAllowed } from '@tenantry/messaging';

/** Tells whether the caller's tenant may use a feature, from memory. */
@Controller()
export class CheckEntitlement {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(checkEntitlement)
  handle({ feature }: CheckEntitlementRequest, ctx: TenantContext): EntitlementCheck {
    const found = entitlementTo(this.directories.entitlements.get(ctx.tenantId), feature, this.clock.now());
    return {
      feature,
      allowed: isAllowed(found),
      kind: found?.kind ?? null,
      value: found?.kind === 'static' ? found.value : null,
      limit: found?.kind === 'metered' ? found.limit : null,
    };
  }
}
