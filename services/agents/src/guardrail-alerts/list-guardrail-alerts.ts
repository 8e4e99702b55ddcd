import { Controller } from '@nestjs/common';
import { listGuardrailAlerts, type ListGuardrailAlertsResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { printAlert } from './guardrail-alert.js';
import { listAlerts } from './guardrail-alert.table.js';

/** Lists the tenant's alerts. */
@Controller()
export class ListGuardrailAlerts {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listGuardrailAlerts)
  async handle(_request: object, ctx: TenantContext): Promise<ListGuardrailAlertsResponse> {
    return { data: (await listAlerts(reading(this.tenants, ctx))).map(printAlert) };
  }
}
