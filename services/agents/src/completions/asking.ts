import { Injectable } from '@nestjs/common';
import type { AgentConfig, CreateChatCompletionRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import type { GuardrailWebhook } from '../guardrail-webhooks/guardrail-webhook.js';
import { GuardrailWebhooks } from '../guardrail-webhooks/guardrail-webhooks.js';
import { forAgent } from '../guardrails/agent-guardrails.js';
import { Conformance } from '../guardrails/conformance.js';
import type { Guardrail } from '../guardrails/guardrail.js';
import { TenantGuardrails } from '../guardrails/tenant-guardrails.js';
import { ConfigsInForce } from '../versions/configs-in-force.js';
import { readChat, type ChatRequest } from './chat-request.js';

/** A request with everything that holds for whoever sent it. */
export interface Asked {
  readonly chat: ChatRequest;
  readonly guardrails: readonly Guardrail[];
  readonly webhooks: readonly GuardrailWebhook[];
  readonly conformance: Conformance;
  /** What the tenant told the agent that asks; empty for anybody else. */
  readonly instructions: string;
}

/** Reads requests to models: an agent's with what the version of its configuration in force says. */
@Injectable()
export class Asking {
  constructor(
    private readonly guardrails: TenantGuardrails,
    private readonly configs: ConfigsInForce,
    private readonly webhooks: GuardrailWebhooks,
  ) {}

  /** @throws Fault `invalid-input` naming the field, `guardrail-blocked` when a guardrail that the agent needs is gone */
  async read(request: CreateChatCompletionRequest, ctx: TenantContext): Promise<Asked> {
    const given = readChat(request);
    const known = [this.guardrails.of(ctx), this.configs.of(ctx), this.webhooks.of(ctx)] as const;
    const [tenants, config, webhooks] = await Promise.all(known);
    const guardrails = config ? forAgent(tenants, config.guardrails) : tenants;
    const chat = config ? configured(given, config) : given;
    const conformance = new Conformance(guardrails, chat.format);
    return { chat, guardrails, webhooks, conformance, instructions: config?.instructions ?? '' };
  }
}

/** What the tenant told its agent goes before whatever is said; it is no part of the conversation. */
export function instructed(chat: ChatRequest, instructions: string): ChatRequest {
  if (instructions === '') return chat;
  const first = { role: 'system', text: instructions, toolCalls: [], toolCallId: null } as const;
  return { ...chat, messages: [first, ...chat.messages] };
}

/** The agent's own limits bind, and its temperature counts where the caller has none. */
function configured(chat: ChatRequest, { temperature, maxOutputTokens }: AgentConfig): ChatRequest {
  const most = maxOutputTokens ?? Number.POSITIVE_INFINITY;
  const wanted = Math.min(chat.wantedTokens ?? Number.POSITIVE_INFINITY, most);
  return {
    ...chat,
    temperature: chat.temperature ?? temperature ?? null,
    wantedTokens: Number.isFinite(wanted) ? wanted : null,
  };
}
