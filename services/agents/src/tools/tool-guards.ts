import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tenantry/kernel';
import { ToolWebhooks, type ToolMatter } from '../guardrail-webhooks/tool-webhooks.js';
import { GuardedTools } from '../guardrails/guarded-tools.js';
import type { OpenToolCall } from './tool-call.js';
import type { Arguments } from './tool.js';

/** Everything that judges a call of a tool: the tenant's guardrails first, then its own endpoints, which cost. */
@Injectable()
export class ToolGuards {
  constructor(
    private readonly guardrails: GuardedTools,
    private readonly endpoints: ToolWebhooks,
  ) {}

  /** Where what is decided about a call, and what that costs, comes together. */
  of(call: OpenToolCall, ctx: TenantContext): Promise<ToolMatter> {
    return this.endpoints.of(call, ctx);
  }

  /**
   * The arguments as they are left.
   * @param check refuses what can be no call: before endpoints are paid for, and again what they have changed
   * @throws Fault `guardrail-blocked`, `budget-refused`, or of the check
   */
  async arguments(
    given: Arguments,
    matter: ToolMatter,
    tool: string,
    check: (given: Arguments) => Promise<void>,
  ): Promise<Arguments> {
    const guarded = await this.guardrails.arguments(tool, given, matter.ctx, matter.decisions);
    await check(guarded);
    const left = await this.endpoints.arguments(matter, guarded);
    if (left !== guarded) await check(left);
    return left;
  }

  /** A result as it may be shown. @throws Fault `guardrail-blocked` */
  async result(result: unknown, matter: ToolMatter): Promise<unknown> {
    return this.endpoints.result(matter, await this.guardrails.result(result, matter.ctx, matter.decisions));
  }
}
