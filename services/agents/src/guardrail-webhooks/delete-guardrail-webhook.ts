import { Controller } from '@nestjs/common';
import {
  deleteGuardrailWebhook,
  GuardrailWebhookDeleted,
  type DeleteGuardrailWebhookRequest,
  type GuardrailWebhook as WebhookMessage,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { printWebhook } from './guardrail-webhook.js';
import { deleteWebhook, webhookFacts } from './guardrail-webhook.table.js';

/** Has an endpoint asked no more. */
@Controller()
export class DeleteGuardrailWebhook {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(deleteGuardrailWebhook)
  async handle({ name }: DeleteGuardrailWebhookRequest, ctx: TenantContext): Promise<WebhookMessage> {
    return this.tenants.transaction(ctx, async (tx) => {
      const gone = await deleteWebhook(tx, name);
      const change = { resource: 'guardrail_webhook', id: name, action: 'delete' as const, old: webhookFacts(gone)! };
      tx.publish(new GuardrailWebhookDeleted({ name }), { changes: [change] });
      return printWebhook(gone, null);
    });
  }
}
