import { Controller } from '@nestjs/common';
import { pauseAgent, type Agent, type PauseAgentRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ChangeAgentStatus } from './change-agent-status.js';

/** Stops an agent until it is resumed. */
@Controller()
export class PauseAgent {
  constructor(private readonly change: ChangeAgentStatus) {}

  @Handles(pauseAgent)
  handle({ agentId }: PauseAgentRequest, ctx: TenantContext): Promise<Agent> {
    return this.change.to('paused', agentId, ctx);
  }
}
