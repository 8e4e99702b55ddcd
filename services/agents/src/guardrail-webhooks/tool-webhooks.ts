import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import { ToolCharges } from '../tool-charges/tool-charges.js';
import { openCharge, type ToolCharge } from '../tool-charges/tool-charge.js';
import type { OpenToolCall } from '../tools/tool-call.js';
import type { Arguments } from '../tools/tool.js';
import type { WebhookStage } from './guardrail-webhook.js';
import { GuardrailWebhooks } from './guardrail-webhooks.js';
import { JudgeTexts, type Matter } from './judge-texts.js';

/** A call of a tool, as a tenant's endpoints see it, with what was decided about it and what that cost. */
export interface ToolMatter extends Matter {
  readonly meter: Meter;
  /** What asking may cost; null when nothing. */
  readonly charge: ToolCharge | null;
}

/** What has been asked so far. */
class Meter {
  costNanos = 0n;
  /** Whether the charge is written down, and so must be ended. */
  isWritten = false;

  charge(nanos: bigint): void {
    this.costNanos += nanos;
  }
}

const OPERATIONS = { purpose: 'operations', subjectTable: null, subjectKey: null } as const;

/** Asks a tenant's endpoints about tools that agents call over the API or MCP. What it may cost is held before anybody is asked. */
@Injectable()
export class ToolWebhooks {
  constructor(
    private readonly webhooks: GuardrailWebhooks,
    private readonly judging: JudgeTexts,
    private readonly charges: ToolCharges,
  ) {}

  /** What there is to ask about a call; nothing is held yet. */
  async of(call: OpenToolCall, ctx: TenantContext): Promise<ToolMatter> {
    const all = await this.webhooks.of(ctx);
    const webhooks = all.filter(({ stages }) => stages.includes('tool-arguments') || stages.includes('tool-result'));
    const about = { model: null, tool: call.tool, agentId: call.agentId, disclosure: OPERATIONS };
    return { ctx, ...about, webhooks, decisions: [], meter: new Meter(), charge: openCharge(call, webhooks, ctx) };
  }

  /** The arguments as they may go on. @throws Fault `budget-refused`, `guardrail-blocked` */
  async arguments(matter: ToolMatter, given: Arguments): Promise<Arguments> {
    await this.hold(matter);
    return (await this.judged(matter, 'tool-arguments', given)) as Arguments;
  }

  /** A result as it may be shown. @throws Fault `guardrail-blocked` */
  result(matter: ToolMatter, result: unknown): Promise<unknown> {
    return this.judged(matter, 'tool-result', result);
  }

  private async hold({ ctx, charge, meter }: ToolMatter): Promise<void> {
    if (!charge) return;
    await this.charges.write(ctx, charge);
    meter.isWritten = true;
    await this.charges.hold(ctx, charge);
  }

  /** Text is shown as it is, everything else as JSON, and must be of its kind again: arguments stay an object. */
  private async judged(matter: ToolMatter, stage: WebhookStage, value: unknown): Promise<unknown> {
    if (!matter.webhooks.some(({ stages }) => stages.includes(stage))) return value;
    const isText = typeof value === 'string';
    const text = isText ? value : JSON.stringify(value);
    const isWhole = ([left = '']: readonly string[]): boolean => isText || kindOf(read(left)) === kindOf(value);
    const [left = ''] = await this.judging.judge(matter, stage, [{ stage, text }], isWhole);
    if (left === text) return value;
    return isText ? left : read(left);
  }
}

/** The value of a text of JSON; undefined when it is none. */
function read(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // not JSON is no verdict, as `isWhole` says
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
