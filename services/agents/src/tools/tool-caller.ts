import { Injectable } from '@nestjs/common';
import {
  AgentNamedTenant,
  AgentToolCalled,
  type CallAgentToolRequest,
  type CallAgentToolResponse,
} from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Approvals } from '../approvals/approvals.js';
import { reading } from '../rows.js';
import { findRunOf } from '../runs/run.table.js';
import { CallAsAgent } from './call-as-agent.js';
import { findTenantArgument } from './tenant-argument.js';
import { beginToolCall, endToolCall, type ToolCallRecord } from './tool-call.js';
import { insertToolCall } from './tool-call.table.js';
import { endToolSpan, toolSpan } from './tool-span.js';
import { resultOf } from './tool-result.js';
import { Toolbox } from './toolbox.js';
import type { Arguments, Calling, Tool } from './tool.js';

type Wish = Pick<CallAgentToolRequest, 'name' | 'arguments' | 'approvalId' | 'runId'>;

/** Calls tools for agents: over the plain API and over MCP alike. Every call is told to the tenant's log, whatever became of it. */
@Injectable()
export class ToolCaller {
  constructor(
    private readonly toolbox: Toolbox,
    private readonly approvals: Approvals,
    private readonly services: CallAsAgent,
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `not-found` for a tool that is not the agent's, `approval-needed`, or what the tool refuses */
  async call(wish: Wish, ctx: TenantContext): Promise<CallAgentToolResponse> {
    const calling = this.toolbox.calling(ctx);
    const run = wish.runId == null ? null : await findRunOf(reading(this.tenants, ctx), wish.runId, ctx, 'runId');
    const call = beginToolCall(wish.name, run?.id ?? null, ctx, this.clock.now());
    const span = toolSpan(call, run);
    const answer = await this.attempt(wish, calling).catch((error: unknown) => error);
    const ended = endToolCall(call, answer instanceof Error ? reasonOf(answer) : 'ok', this.clock.now());
    endToolSpan(span, ended);
    await this.keep(ctx, ended);
    if (answer instanceof Error) throw answer;
    return answer as CallAgentToolResponse;
  }

  private keep(ctx: TenantContext, call: ToolCallRecord): Promise<void> {
    return this.tenants.transaction(ctx, async (tx) => {
      await insertToolCall(tx, call);
      const { tool, outcome, durationMs, runId } = call;
      tx.publish(new AgentToolCalled({ ...whoOf(ctx), tool, outcome, durationMs, runId }));
    });
  }

  private async attempt(wish: Wish, calling: Calling): Promise<CallAgentToolResponse> {
    const { ctx } = calling;
    const tool = this.toolbox.find(wish.name, calling);
    if (!tool) throw new Fault('not-found');
    const given = wish.arguments as Arguments;
    await this.refuseTenant(tool, given, ctx);
    const planned = tool.plan(given, calling);
    const needsApproval = calling.agent.tools.some(({ name, needsApproval: needed }) => name === tool.name && needed);
    if (needsApproval)
      await this.approvals.use({ tool: tool.name, arguments: given, id: wish.approvalId ?? null }, ctx);
    return resultOf(tool.name, await this.services.call(planned, ctx));
  }

  /** A model that names a tenant was told to, or tries: the tenant's security people want to know. */
  private async refuseTenant(tool: Tool, given: Arguments, ctx: TenantContext): Promise<void> {
    const argument = findTenantArgument(given);
    if (argument === undefined) return;
    await this.tell(ctx, new AgentNamedTenant({ ...whoOf(ctx), tool: tool.name, argument: argument.slice(0, 200) }));
    throw new Fault('agent-refused', {
      field: `arguments.${argument}`,
      detail: 'The tenant is the token’s; leave it out of the arguments',
    });
  }

  private tell(ctx: TenantContext, event: AgentNamedTenant): Promise<void> {
    return this.tenants.transaction(ctx, async (tx) => {
      tx.publish(event);
      return Promise.resolve();
    });
  }
}

function whoOf({ actor, credentialId }: TenantContext): { agentId: string; tokenId: string } {
  return { agentId: actor.id, tokenId: credentialId ?? '' };
}

function reasonOf(error: Error): string {
  return error instanceof Fault ? error.reason : 'internal';
}
