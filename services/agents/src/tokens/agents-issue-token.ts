import { Controller } from '@nestjs/common';
import {
  agentsIssueToken,
  IssueAgentTokenRequest,
  type AgentsIssueTokenRequest,
  type AgentsIssueTokenResponse,
} from '@tenantry/contracts';
import type { TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TokenDesk } from './token-desk.js';

/** Issues a token, asked in the dialect of the row API's functions. */
@Controller()
export class AgentsIssueToken {
  constructor(private readonly desk: TokenDesk) {}

  @Handles(agentsIssueToken)
  async handle(request: AgentsIssueTokenRequest, ctx: TenantContext): Promise<AgentsIssueTokenResponse> {
    const { agent_id: agentId, audience, on_behalf_of: onBehalfOf, location_id: locationId } = request;
    const wish = {
      agentId,
      audiences: [audience ?? 'api'],
      onBehalfOf,
      locationId,
      lifetimeSeconds: request.lifetime_seconds,
    };
    const { token, id, expiresAt } = await this.desk.issue(Object.assign(new IssueAgentTokenRequest(), wish), ctx);
    return { token, token_id: id, expires_at: expiresAt };
  }
}
