import { Controller } from '@nestjs/common';
import { getGuardrails, type GetGuardrailsRequest, type Guardrails } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { findPolicy } from './guardrail.table.js';
import { defaultGuardrails, printGuardrail } from './policy.js';

/** Gives the guardrails that hold for the tenant. */
@Controller()
export class GetGuardrails {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(getGuardrails)
  async handle(_request: GetGuardrailsRequest, ctx: TenantContext): Promise<Guardrails> {
    const own = await findPolicy({ query: (statement) => this.tenants.query(ctx, statement) });
    return { guardrails: (own ?? defaultGuardrails).map(printGuardrail), own: own !== null };
  }
}
