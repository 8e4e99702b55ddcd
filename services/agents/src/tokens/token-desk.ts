import { Injectable } from '@nestjs/common';
import { AgentTokenIssued, type IssueAgentTokenRequest, type NewAgentToken } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { entryInForce, lockAgent } from '../registry/agent.table.js';
import { newTokenSecret } from './token-secret.js';
import { issueToken, shown, type Token } from './token.js';
import { insertToken } from './token.table.js';
import { TokenAllowances } from './token-allowances.js';

/** Who just became a member may still be on the way here. */
const PATIENCE_MS = 500;

/** Where tokens are handed out: row, directory and event in one commit. */
@Injectable()
export class TokenDesk {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly allowances: TokenAllowances,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault as `issueToken`; `not-found` for an agent that is not the tenant's */
  async issue(request: IssueAgentTokenRequest, ctx: TenantContext): Promise<NewAgentToken> {
    const { agentId, onBehalfOf } = request;
    const { members } = this.directories;
    if (onBehalfOf) await members.waitFor(onBehalfOf, PATIENCE_MS);
    return this.tenants.transaction(ctx, async (tx) => {
      const agent = await entryInForce(tx, await lockAgent(tx, agentId));
      const facts = { agent, memberOf: (userId: string) => members.get(userId) };
      const token = issueToken(request, agentId, facts, ctx, this.clock.now());
      return this.handOut(tx, token, { budget: request.budget ?? null, parentAllowanceId: null });
    });
  }

  /** Stores a token with its budget and shows it. @throws Fault `budget-refused` for more than its parent has left */
  async handOut(
    tx: Transaction,
    wish: Token,
    { budget, parentAllowanceId }: { readonly budget: string | null; readonly parentAllowanceId: string | null },
  ): Promise<NewAgentToken> {
    const token = await this.allowances.give(tx, wish, budget, parentAllowanceId);
    const secret = newTokenSecret(Boolean(this.directories.tenants.get(tx.tenantId)?.sandboxOf));
    const { id, agentId, parentId, onBehalfOf, audiences, grants } = token;
    await insertToken(tx, token, secret);
    tx.publish(new AgentTokenIssued({ agentId, tokenId: id, parentId, onBehalfOf }), {
      changes: [
        {
          ...{ resource: 'agent_token', id, action: 'insert' },
          new: {
            agentId,
            audiences: audiences.join(' '),
            permissions: grants.join(' '),
            prefix: secret.prefix,
            budget,
          },
        },
      ],
    });
    return shown(token, secret, budget);
  }
}
