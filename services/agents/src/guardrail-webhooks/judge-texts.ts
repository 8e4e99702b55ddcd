import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import type { DisclosureFacts } from '../completions/disclosure.js';
import { blocked } from '../guardrails/guarded-chat.js';
import type { Decision } from '../guardrails/guardrail.js';
import { AskWebhook, type WebhookQuestion, type WebhookVerdict } from './ask-webhook.js';
import type { GuardrailWebhook, WebhookStage } from './guardrail-webhook.js';
import { WebhookDisclosures } from './webhook-disclosures.js';

/** Of which call texts are, and who is told what becomes of them. */
export interface Matter {
  readonly ctx: TenantContext;
  /** The model that is asked; null for a tool that is called without one. */
  readonly model: string | null;
  /** The tool that is called without a completion. */
  readonly tool: string | null;
  readonly agentId: string | null;
  readonly webhooks: readonly GuardrailWebhook[];
  /** What the ledger is told of health information that endpoints get to see. */
  readonly disclosure: DisclosureFacts;
  /** Gets what was decided. */
  readonly decisions: Decision[];
  /** Gets what it cost. */
  readonly meter: { charge(nanos: bigint): void };
}

/** Shows texts to a tenant's endpoints: each asking costs, what health information goes is told before it goes, and each verdict is a decision. */
@Injectable()
export class JudgeTexts {
  constructor(
    private readonly asking: AskWebhook,
    private readonly disclosures: WebhookDisclosures,
  ) {}

  /**
   * What is left of texts. One endpoint is asked after the other; each sees what the one before left.
   * @param isWhole whether texts can take the place of those that were asked about; others are no verdict
   * @throws Fault `guardrail-blocked`
   */
  async judge(
    matter: Matter,
    stage: WebhookStage,
    texts: WebhookQuestion['texts'],
    isWhole: (texts: readonly string[]) => boolean = () => true,
  ): Promise<readonly string[]> {
    let left = texts;
    for (const webhook of matter.webhooks.filter(({ stages }) => stages.includes(stage))) {
      const said = await this.ask(matter, webhook, stage, left);
      const verdict = said?.verdict === 'redact' && !isWhole(said.texts) ? null : said;
      const decision = decisionOf(webhook, stage, verdict);
      if (!decision) continue;
      matter.decisions.push(decision);
      if (!decision.isEnforced) continue;
      if (decision.verdict === 'blocked') throw blocked(decision);
      left = left.map((one, index) => ({ ...one, text: verdict!.texts[index]! }));
    }
    return left.map(({ text }) => text);
  }

  private async ask(
    { ctx, model, tool, agentId, disclosure, meter }: Matter,
    webhook: GuardrailWebhook,
    stage: WebhookStage,
    texts: WebhookQuestion['texts'],
  ): Promise<WebhookVerdict | null> {
    await this.disclosures.tell(webhook, { stage, texts, disclosure }, ctx);
    meter.charge(webhook.costNanos);
    return this.asking.ask(webhook, { stage, model, tool, agentId, texts }, ctx);
  }
}

/** What is noted of a verdict; null for one that lets everything go on. */
function decisionOf(
  { name, mode, onFailure }: GuardrailWebhook,
  stage: WebhookStage,
  said: WebhookVerdict | null,
): Decision | null {
  const facts = { guardrail: name, kind: 'webhook', stage, count: 1 } as const;
  const isEnforced = mode === 'enforce';
  if (said === null) {
    const explanation = `The endpoint gave no verdict${onFailure === 'pass' ? ', and is set to let texts go on then' : ''}`;
    return { ...facts, verdict: 'blocked', isEnforced: isEnforced && onFailure === 'block', explanation };
  }
  if (said.verdict === 'pass') return null;
  const explanation = said.explanation === '' ? 'The endpoint gave no reason' : said.explanation;
  return { ...facts, verdict: said.verdict === 'block' ? 'blocked' : 'redacted', isEnforced, explanation };
}
