import { Controller } from '@nestjs/common';
import { refuseAgentCall, type AgentApproval, type RefuseAgentCallRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Approvals } from './approvals.js';

/** Refuses a call that waits. */
@Controller()
export class RefuseAgentCall {
  constructor(private readonly approvals: Approvals) {}

  @Handles(refuseAgentCall)
  handle({ approvalId }: RefuseAgentCallRequest, ctx: TenantContext): Promise<AgentApproval> {
    return this.approvals.decide(approvalId, 'refused', ctx);
  }
}
