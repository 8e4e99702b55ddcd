import { Controller } from '@nestjs/common';
import { callAgentTool, type CallAgentToolRequest, type CallAgentToolResponse } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ToolCaller } from './tool-caller.js';

/** Calls a tool as the agent that asks. */
@Controller()
export class CallAgentTool {
  constructor(private readonly tools: ToolCaller) {}

  @Handles(callAgentTool)
  handle(request: CallAgentToolRequest, ctx: TenantContext): Promise<CallAgentToolResponse> {
    return this.tools.call(request, ctx);
  }
}
