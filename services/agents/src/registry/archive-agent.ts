import { Controller } from '@nestjs/common';
import { archiveAgent, type Agent, type ArchiveAgentRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { ChangeAgentStatus } from './change-agent-status.js';

/** Ends an agent for good. */
@Controller()
export class ArchiveAgent {
  constructor(private readonly change: ChangeAgentStatus) {}

  @Handles(archiveAgent)
  handle({ agentId }: ArchiveAgentRequest, ctx: TenantContext): Promise<Agent> {
    return this.change.to('archived', agentId, ctx);
  }
}
