import { Injectable } from '@nestjs/common';
import type { CallAgentToolRequest, CallAgentToolResponse } from '@tenantry/contracts';
import { Fault, type TenantContext } from '@tenantry/kernel';
import { Approvals } from '../approvals/approvals.js';
import type { ToolMatter } from '../guardrail-webhooks/tool-webhooks.js';
import { PerformTool } from './perform-tool.js';
import { findTenantArgument } from './tenant-argument.js';
import { ToolGuards } from './tool-guards.js';
import { ToolLog } from './tool-log.js';
import { Toolbox } from './toolbox.js';
import type { Arguments, Calling, Tool } from './tool.js';

type Wish = Pick<CallAgentToolRequest, 'name' | 'arguments' | 'approvalId' | 'runId'>;

/** Calls tools for agents: over the plain API and over MCP alike. Every call is told to the tenant's log, whatever became of it. */
@Injectable()
export class ToolCaller {
  constructor(
    private readonly toolbox: Toolbox,
    private readonly approvals: Approvals,
    private readonly guards: ToolGuards,
    private readonly performing: PerformTool,
    private readonly log: ToolLog,
  ) {}

  /** @throws Fault `not-found` for a tool that is not the agent's, `approval-needed`, `guardrail-blocked`, or what the tool refuses */
  async call(wish: Wish, ctx: TenantContext): Promise<CallAgentToolResponse> {
    const calling = this.toolbox.calling(ctx);
    const begun = await this.log.begin(wish, ctx);
    const matter = await this.guards.of(begun.call, ctx);
    const answer = await this.attempt(wish, calling, matter).catch((error: unknown) => error);
    const error = answer instanceof Error ? answer : null;
    await this.log.end(begun, ctx, error, matter);
    if (error) throw error;
    return answer as CallAgentToolResponse;
  }

  private async attempt(wish: Wish, calling: Calling, matter: ToolMatter): Promise<CallAgentToolResponse> {
    const { ctx } = calling;
    const tool = await this.toolbox.find(wish.name, calling);
    if (!tool) throw new Fault('not-found');
    await this.refuseTenant(tool, wish.arguments as Arguments, ctx);
    const given = await this.guards.arguments(wish.arguments as Arguments, matter, tool.name, async (left) => {
      await this.refuseTenant(tool, left, ctx);
      tool.plan(left, calling);
    });
    const planned = tool.plan(given, calling);
    const needsApproval = calling.agent.tools.some(({ name, needsApproval: needed }) => name === tool.name && needed);
    if (needsApproval)
      await this.approvals.use({ tool: tool.name, arguments: given, id: wish.approvalId ?? null }, ctx);
    const answer = await this.performing.perform(tool.name, planned, ctx);
    return { ...answer, result: await this.guards.result(answer.result, matter) };
  }

  private async refuseTenant(tool: Tool, given: Arguments, ctx: TenantContext): Promise<void> {
    const argument = findTenantArgument(given, tool.tenantNames);
    if (argument === undefined) return;
    await this.log.namedTenant(ctx, tool.name, argument);
    throw new Fault('agent-refused', {
      field: `arguments.${argument}`,
      detail: 'The tenant is the token’s; leave it out of the arguments',
    });
  }
}
