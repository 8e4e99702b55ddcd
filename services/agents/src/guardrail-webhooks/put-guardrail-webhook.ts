import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import {
  GuardrailWebhookPut,
  putGuardrailWebhook,
  type GuardrailWebhook as WebhookMessage,
  type PutGuardrailWebhookRequest,
} from '@tenantry/contracts';
import { TenantDatabase, Vault } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { maySecretStay, printWebhook, readWebhook } from './guardrail-webhook.js';
import { lockWebhook, saveWebhook, secretPlace, webhookFacts } from './guardrail-webhook.table.js';

const SECRET_BYTES = 32;

/** Has an endpoint asked about texts. Its secret is made here, and told once. */
@Controller()
export class PutGuardrailWebhook {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  @Handles(putGuardrailWebhook)
  async handle(request: PutGuardrailWebhookRequest, ctx: TenantContext): Promise<WebhookMessage> {
    const wish = readWebhook(request);
    const fresh = `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
    const sealed = await this.vault.seal(ctx.tenantId, secretPlace(wish.name), fresh);
    return this.tenants.transaction(ctx, async (tx) => {
      const before = await lockWebhook(tx, wish.name);
      const kept = before && maySecretStay(before, wish) ? before.secret : null;
      const webhook = { ...wish, secret: kept ?? sealed, updatedAt: this.clock.now() };
      await saveWebhook(tx, webhook);
      const action = before ? ('update' as const) : ('insert' as const);
      const change = { resource: 'guardrail_webhook', id: wish.name, action, new: webhookFacts(webhook)! };
      tx.publish(new GuardrailWebhookPut({ name: wish.name }), { changes: [change] });
      return printWebhook(webhook, kept === null ? fresh : null);
    });
  }
}
