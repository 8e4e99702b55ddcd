import type { GuardrailWebhook as WebhookMessage, PutGuardrailWebhookRequest } from '@tenantry/contracts';
import { Fault, formatNanos, parseNanos } from '@tenantry/kernel';

/** Where an endpoint is asked: about completions, or about tools that are called without one. */
export type WebhookStage = 'input' | 'output' | 'tool-arguments' | 'tool-result';

/** An endpoint of a tenant that is asked about texts. */
export interface GuardrailWebhook {
  readonly name: string;
  readonly url: string;
  readonly mode: 'enforce' | 'shadow';
  readonly stages: readonly WebhookStage[];
  readonly timeoutMs: number;
  readonly onFailure: 'block' | 'pass';
  /** What each call of it costs. */
  readonly costNanos: bigint;
  /** Sealed. */
  readonly secret: string;
  readonly updatedAt: Date;
}

/** An endpoint as it is asked for, without its secret. */
export type WishedWebhook = Omit<GuardrailWebhook, 'secret' | 'updatedAt'>;

const DEFAULT_TIMEOUT_MS = 1_000;
const MAX_COST_NANOS = 1_000_000_000n;
const ALL: readonly WebhookStage[] = ['input', 'output', 'tool-arguments', 'tool-result'];
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Reads what is asked for. @throws Fault `invalid-input` naming the field */
export function readWebhook(request: PutGuardrailWebhookRequest): WishedWebhook {
  const { name, stages } = request;
  return {
    ...{ name, url: readUrl(request.url), mode: request.mode as GuardrailWebhook['mode'] },
    stages: stages.length > 0 ? (stages as WebhookStage[]) : ALL,
    timeoutMs: request.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    onFailure: (request.onFailure ?? 'block') as GuardrailWebhook['onFailure'],
    costNanos: readCost(request.cost ?? '0'),
  };
}

/** Whether the secret may stay for what the endpoint is replaced by: another origin gets another one. */
export function maySecretStay(before: GuardrailWebhook, after: WishedWebhook): boolean {
  return new URL(before.url).origin === new URL(after.url).origin;
}

/** What it costs to ask all endpoints of a stage once, in nano-USD. */
export function stageNanos(webhooks: readonly GuardrailWebhook[], stage: WebhookStage): bigint {
  return webhooks.reduce((nanos, { stages, costNanos }) => nanos + (stages.includes(stage) ? costNanos : 0n), 0n);
}

/** @param secret in clear, right after it was made */
export function printWebhook(webhook: GuardrailWebhook, secret: string | null): WebhookMessage {
  const { costNanos, stages, ...rest } = webhook;
  return { ...rest, stages: [...stages], cost: formatNanos(costNanos), secret };
}

function readUrl(given: string): string {
  const url = new URL(given);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname))) {
    throw invalid('url', 'must begin with https://; plain http is for loopback alone');
  }
  if (url.username !== '' || url.password !== '') throw invalid('url', 'must have no user and no password');
  return url.href;
}

function readCost(text: string): bigint {
  const nanos = parseNanos(text, 'cost');
  if (nanos < 0n || nanos > MAX_COST_NANOS) throw invalid('cost', 'must be from 0 to 1 USD');
  return nanos;
}

function invalid(field: string, what: string): Fault {
  return new Fault('invalid-input', { field, detail: `${field} ${what}` });
}
