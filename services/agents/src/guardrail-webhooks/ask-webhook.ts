import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Vault } from '@tenantry/database';
import { Clock, Fault, newId, type TenantContext } from '@tenantry/kernel';
import { OutboundError, OutboundHttp, type OutboundResponse } from '@tenantry/service';
import type { GuardrailWebhook, WebhookStage } from './guardrail-webhook.js';
import { secretPlace } from './guardrail-webhook.table.js';

/** What an endpoint is asked about. */
export interface WebhookQuestion {
  readonly stage: WebhookStage;
  readonly model: string | null;
  readonly tool: string | null;
  readonly agentId: string | null;
  readonly texts: readonly { readonly stage: string; readonly text: string }[];
}

/** What it says; null when it failed to. */
export interface WebhookVerdict {
  readonly verdict: 'pass' | 'redact' | 'block';
  /** For redact: what is left of each text. */
  readonly texts: readonly string[];
  readonly explanation: string;
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_EXPLANATION_CHARS = 300;
const SECRET_PREFIX = 'whsec_';

/** Asks endpoints of tenants: through the one way out, signed so that they know who asks (Standard Webhooks 1.0.0). */
@Injectable()
export class AskWebhook {
  constructor(
    private readonly outbound: OutboundHttp,
    private readonly vault: Vault,
    private readonly clock: Clock,
  ) {}

  /** Null for an endpoint that can't be reached in time, or says nothing that can be understood. @throws Fault `cancelled` */
  async ask(webhook: GuardrailWebhook, question: WebhookQuestion, ctx: TenantContext): Promise<WebhookVerdict | null> {
    const id = newId(this.clock.now());
    const body = JSON.stringify({ id, tenantId: ctx.tenantId, ...question });
    const headers = await this.headersOf(webhook, id, body, ctx);
    const limits = { timeoutMs: webhook.timeoutMs, maxBytes: MAX_ANSWER_BYTES, maxRedirects: 0 };
    const signal = ctx.signal ? { signal: ctx.signal } : {};
    try {
      const answer = await this.outbound.request(webhook.url, { method: 'POST', headers, body, ...limits, ...signal });
      return verdictOf(answer, question.texts.length);
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      if (error.reason === 'cancelled') throw new Fault('cancelled', { cause: error });
      return null;
    }
  }

  private async headersOf(
    { name, secret: sealed }: GuardrailWebhook,
    id: string,
    body: string,
    { tenantId }: TenantContext,
  ): Promise<Record<string, string>> {
    const secret = await this.vault.open(tenantId, secretPlace(name), sealed);
    const atS = String(Math.trunc(this.clock.now().getTime() / 1_000));
    const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${atS}.${body}`).digest('base64');
    return {
      'content-type': 'application/json; charset=utf-8',
      ...{ 'webhook-id': id, 'webhook-timestamp': atS, 'webhook-signature': `v1,${signature}` },
    };
  }
}

function verdictOf({ status, body }: OutboundResponse, count: number): WebhookVerdict | null {
  if (status !== 200) return null;
  const { verdict, texts = [], explanation = '' } = memberOf(body);
  if (typeof explanation !== 'string' || !Array.isArray(texts)) return null;
  const facts = { texts: texts as string[], explanation: plain(explanation) };
  if (verdict === 'pass' || verdict === 'block') return { verdict, ...facts };
  const isWhole = texts.length === count && texts.every((text) => typeof text === 'string');
  return verdict === 'redact' && isWhole ? { verdict, ...facts } : null;
}

function memberOf(body: Uint8Array): { verdict?: unknown; texts?: unknown; explanation?: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // not JSON is a failure like any other answer without a verdict
  }
}

/** One line that can be kept and shown. */
function plain(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_EXPLANATION_CHARS);
}
