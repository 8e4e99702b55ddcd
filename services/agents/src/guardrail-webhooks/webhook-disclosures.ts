import { Injectable } from '@nestjs/common';
import { HealthDataSentToGuardrail } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { DisclosureFacts } from '../completions/disclosure.js';
import { healthDataIn } from '../guardrails/personal-data.js';
import type { WebhookQuestion } from './ask-webhook.js';
import type { GuardrailWebhook, WebhookStage } from './guardrail-webhook.js';

/** What an endpoint is about to be shown, and what for. */
interface Shown {
  readonly stage: WebhookStage;
  readonly texts: WebhookQuestion['texts'];
  readonly disclosure: DisclosureFacts;
}

/** Tells the disclosure ledger of health information that an endpoint is about to judge (45 CFR § 164.528). */
@Injectable()
export class WebhookDisclosures {
  constructor(private readonly tenants: TenantDatabase) {}

  /** Before it leaves: what was sent and not told would be missing for ever, what was told and not sent is one line too many. */
  async tell({ name, url }: GuardrailWebhook, { stage, texts, disclosure }: Shown, ctx: TenantContext): Promise<void> {
    const { kinds } = healthDataIn(texts.map(({ text }) => text));
    if (kinds.length === 0) return;
    const facts = { guardrail: name, host: new URL(url).host, kinds: [...kinds], stage, ...disclosure };
    await this.tenants.transaction({ ...ctx, idempotency: null }, (tx) =>
      Promise.resolve(tx.publish(new HealthDataSentToGuardrail(facts))),
    );
  }
}
