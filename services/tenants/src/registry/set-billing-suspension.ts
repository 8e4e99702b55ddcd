import { Controller } from '@nestjs/common';
import {
  setBillingSuspension,
  TenantReactivated,
  TenantSuspended,
  type BillingSuspension,
  type SetBillingSuspensionRequest,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Registry } from './registry.js';
import { suspendForBilling } from './tenant.js';

/** Follows what billing says about a tenant that does not pay, and touches no suspension of anybody else's. */
@Controller()
export class SetBillingSuspension {
  constructor(private readonly registry: Registry) {}

  @Handles(setBillingSuspension)
  async handle({ tenantId, suspended }: SetBillingSuspensionRequest, ctx: TenantContext): Promise<BillingSuspension> {
    const { status } = await this.registry.change(
      ctx,
      tenantId,
      (tenant, now) => suspendForBilling(tenant, suspended, now),
      ({ version }) =>
        suspended
          ? new TenantSuspended({ tenantId, reason: 'billing', version })
          : new TenantReactivated({ tenantId, version }),
    );
    return { status };
  }
}
