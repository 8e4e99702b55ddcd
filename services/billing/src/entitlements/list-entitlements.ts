import { Controller } from '@nestjs/common';
import {
  listEntitlements,
  type Entitlement,
  type ListEntitlementsRequest,
  type ListEntitlementsResponse,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories, effectiveEntitlements, Handles, isAllowed, type EffectiveEntitlement } from '@tenantry/messaging';

/** Lists what the caller's tenant may use, from memory. */
@Controller()
export class ListEntitlements {
  constructor(
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(listEntitlements)
  handle(_request: ListEntitlementsRequest, ctx: TenantContext): ListEntitlementsResponse {
    const all = effectiveEntitlements(this.directories.entitlements.get(ctx.tenantId), this.clock.now());
    return { data: [...all].map(([feature, entitlement]) => toMessage(feature, entitlement)), nextCursor: null };
  }
}

function toMessage(feature: string, entitlement: EffectiveEntitlement): Entitlement {
  const { kind, source, expiresAt } = entitlement;
  return {
    feature,
    kind,
    allowed: isAllowed(entitlement),
    value: kind === 'static' ? entitlement.value : null,
    limit: kind === 'metered' ? entitlement.limit : null,
    source,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  };
}
