import { Controller } from '@nestjs/common';
import { approveAgentCall, type AgentApproval, type ApproveAgentCallRequest } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Approvals } from './approvals.js';

/** Approves a call that waits. */
@Controller()
export class ApproveAgentCall {
  constructor(private readonly approvals: Approvals) {}

  @Handles(approveAgentCall)
  handle({ approvalId }: ApproveAgentCallRequest, ctx: TenantContext): Promise<AgentApproval> {
    return this.approvals.decide(approvalId, 'approved', ctx);
  }
}
