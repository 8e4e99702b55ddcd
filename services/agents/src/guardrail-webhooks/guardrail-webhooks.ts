import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import type { RunningCall } from '../completions/running-call.js';
import { stageOf } from '../guardrails/guarded-chat.js';
import { Fresh } from '../models/fresh.js';
import type { ChatMessage, ModelAnswer, ModelPiece } from '../models/model-port.js';
import { serviceContext } from '../models/platform-context.js';
import { reading } from '../rows.js';
import type { GuardrailWebhook, WebhookStage } from './guardrail-webhook.js';
import { listWebhooks } from './guardrail-webhook.table.js';
import { JudgeTexts, type Matter } from './judge-texts.js';
import { judgedPieces } from './webhook-windows.js';

const FRESH_MS = 5_000;
const MAX_TENANTS = 5_000;

/** Asks a tenant's endpoints about what goes to models and comes from them, after its other guardrails, when the money for it is held. */
@Injectable()
export class GuardrailWebhooks {
  private readonly known: Fresh<readonly GuardrailWebhook[]>;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly judging: JudgeTexts,
    clock: Clock,
  ) {
    this.known = new Fresh(clock, (home) => this.load(home), { forMs: FRESH_MS, maxKeys: MAX_TENANTS });
  }

  /** The tenant's, at most five seconds old. */
  of({ tenantId, cell, mode }: TenantContext): Promise<readonly GuardrailWebhook[]> {
    return this.known.get(JSON.stringify([tenantId, cell, mode]));
  }

  /** A call with what is left of its new messages. @throws Fault `guardrail-blocked` */
  async request(running: RunningCall): Promise<RunningCall> {
    const looked = running.asked.flatMap((message) => {
      const stage = stageOf(message);
      return stage === null || message.text === '' ? [] : [{ message, stage }];
    });
    if (looked.length === 0 || !isAsked(running, 'input')) return running;
    const texts = looked.map(({ message: { text }, stage }) => ({ stage, text }));
    const left = await this.judging.judge(matterOf(running), 'input', texts);
    const read = new Map(looked.map(({ message }, index) => [message, { ...message, text: left[index]! }]));
    const replaced = (messages: readonly ChatMessage[]): ChatMessage[] => messages.map((one) => read.get(one) ?? one);
    const { chat, asked } = running;
    return { ...running, asked: replaced(asked), chat: { ...chat, messages: replaced(chat.messages) } };
  }

  /** What is left of a whole answer. @throws Fault `guardrail-blocked` */
  async answer(running: RunningCall, answer: ModelAnswer): Promise<ModelAnswer> {
    if (!isAsked(running, 'output')) return answer;
    const [text = '', ...args] = await this.output(running, [
      answer.text ?? '',
      ...answer.toolCalls.map((call) => call.arguments),
    ]);
    const toolCalls = answer.toolCalls.map((call, index) => ({ ...call, arguments: args[index]! }));
    return { ...answer, text: answer.text === null ? null : text, toolCalls };
  }

  /** What is left of an answer that comes in pieces, held back in windows. @throws Fault `guardrail-blocked` */
  pieces(running: RunningCall, pieces: AsyncIterable<ModelPiece>): AsyncIterable<ModelPiece> {
    return isAsked(running, 'output') ? judgedPieces(pieces, (texts) => this.output(running, texts)) : pieces;
  }

  private output(running: RunningCall, texts: readonly string[]): Promise<readonly string[]> {
    return this.judging.judge(
      matterOf(running),
      'output',
      texts.map((text, index) => ({ stage: index === 0 ? 'output' : 'tool-arguments', text })),
    );
  }

  private async load(home: string): Promise<readonly GuardrailWebhook[]> {
    const [tenantId, cell, mode] = JSON.parse(home) as [string, string, TenantContext['mode']];
    return listWebhooks(reading(this.tenants, serviceContext(tenantId, { cell, mode })));
  }
}

function isAsked({ webhooks }: RunningCall, stage: WebhookStage): boolean {
  return webhooks.some(({ stages }) => stages.includes(stage));
}

function matterOf({ ctx, call, webhooks, decisions, meter, disclosure }: RunningCall): Matter {
  const { model, agentId } = call;
  return { ctx, model, tool: null, agentId, webhooks, disclosure, decisions, meter };
}
