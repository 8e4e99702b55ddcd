import { Controller } from '@nestjs/common';
import { issueAgentToken, type IssueAgentTokenRequest, type NewAgentToken } from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TokenDesk } from './token-desk.js';

/** Issues a token for an agent and shows it, once. */
@Controller()
export class IssueAgentToken {
  constructor(private readonly desk: TokenDesk) {}

  @Handles(issueAgentToken)
  handle(request: IssueAgentTokenRequest, ctx: TenantContext): Promise<NewAgentToken> {
    return this.desk.issue(request, ctx);
  }
}
