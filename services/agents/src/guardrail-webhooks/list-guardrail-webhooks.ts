import { Controller } from '@nestjs/common';
import {
  listGuardrailWebhooks,
  type ListGuardrailWebhooksRequest,
  type ListGuardrailWebhooksResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { printWebhook } from './guardrail-webhook.js';
import { listWebhooks } from './guardrail-webhook.table.js';

/** Lists the tenant's endpoints, without their secrets. */
@Controller()
export class ListGuardrailWebhooks {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listGuardrailWebhooks)
  async handle(_request: ListGuardrailWebhooksRequest, ctx: TenantContext): Promise<ListGuardrailWebhooksResponse> {
    const webhooks = await listWebhooks(reading(this.tenants, ctx));
    return { data: webhooks.map((webhook) => printWebhook(webhook, null)) };
  }
}
