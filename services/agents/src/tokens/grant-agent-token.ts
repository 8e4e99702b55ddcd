import { Controller } from '@nestjs/common';
import {
  grantAgentToken,
  IssueAgentTokenRequest,
  type GrantAgentTokenRequest,
  type GrantAgentTokenResponse,
} from '@tenantry/contracts';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { TokenDesk } from './token-desk.js';

const AUDIENCE = 'mcp';

/** Issues a token for the MCP server, asked in the dialect of OAuth. */
@Controller()
export class GrantAgentToken {
  constructor(
    private readonly desk: TokenDesk,
    private readonly clock: Clock,
  ) {}

  @Handles(grantAgentToken)
  async handle(request: GrantAgentTokenRequest, ctx: TenantContext): Promise<GrantAgentTokenResponse> {
    const { client_id: agentId, on_behalf_of: onBehalfOf } = request;
    const wish = Object.assign(new IssueAgentTokenRequest(), { agentId, onBehalfOf, audiences: [AUDIENCE] });
    const { token, expiresAt } = await this.desk.issue(wish, ctx);
    const leftS = Math.floor((expiresAt!.getTime() - this.clock.now().getTime()) / 1_000);
    return { access_token: token, token_type: 'Bearer', expires_in: Math.max(0, leftS), scope: AUDIENCE };
  }
}
