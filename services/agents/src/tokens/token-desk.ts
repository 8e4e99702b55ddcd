import { Injectable } from '@nestjs/common';
import { AgentTokenIssued, type IssueAgentTokenRequest, type NewAgentToken } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Agent } from '../registry/agent.js';
import { entryInForce, findAgent, lockAgent } from '../registry/agent.table.js';
import { newTokenSecret } from './token-secret.js';
import { issueToken, shown, type Token } from './token.js';
import { insertToken } from './token.table.js';
import { TokenAllowances } from './token-allowances.js';
import { TokenReservations } from './token-reservations.js';

/** Who just became a member may still be on the way here. */
const PATIENCE_MS = 500;

/** Where tokens are handed out: row, directory and event in one commit. */
@Injectable()
export class TokenDesk {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly directories: Directories,
    private readonly allowances: TokenAllowances,
    private readonly reservations: TokenReservations,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault as `issueToken`; `not-found` for an agent that is not the tenant's; `budget-refused` when there is less than is to be reserved */
  async issue(request: IssueAgentTokenRequest, ctx: TenantContext): Promise<NewAgentToken> {
    const { agentId, onBehalfOf } = request;
    const { members } = this.directories;
    if (onBehalfOf) await members.waitFor(onBehalfOf, PATIENCE_MS);
    const budget = request.budget ?? null;
    const reservation = await this.reservations.plan(ctx, request);
    return this.tenants.transaction(ctx, async (tx) => {
      const issued = async (row: Agent): Promise<Token> => {
        const facts = { agent: await entryInForce(tx, row), memberOf: (userId: string) => members.get(userId) };
        return {
          ...issueToken(request, agentId, facts, ctx, this.clock.now()),
          ...(reservation && { id: reservation.id }),
        };
      };
      // Whoever stops the agent does not wait for billing: its row is not locked meanwhile.
      if (reservation) await this.reservations.hold(ctx, reservation, await issued(await findAgent(tx, agentId)));
      const token = await issued(await lockAgent(tx, agentId));
      const paid = reservation ? this.reservations.keep(tx, token) : this.allowances.give(tx, token, budget, null);
      return this.handOut(tx, await paid, budget);
    });
  }

  /** Stores a token and shows it. */
  async handOut(tx: Transaction, token: Token, budget: string | null): Promise<NewAgentToken> {
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
