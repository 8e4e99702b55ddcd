import { Controller } from '@nestjs/common';
import { resumeAgent, type Agent, type ResumeAgentRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ChangeAgentStatus } from './change-agent-status.js';

/** Lets a paused agent act again. */
@Controller()
export class ResumeAgent {
  constructor(private readonly change: ChangeAgentStatus) {}

  @Handles(resumeAgent)
  handle({ agentId }: ResumeAgentRequest, ctx: TenantContext): Promise<Agent> {
    return this.change.to('active', agentId, ctx);
  }
}
