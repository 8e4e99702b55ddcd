import { Injectable } from '@nestjs/common';
import { AgentTokenIssued, type IssueAgentTokenRequest, type NewAgentToken } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, PLATFORM_TENANT_ID, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import type { Agent } from '../registry/agent.js';
import { entryInForce, findAgent, lockAgent } from '../registry/agent.table.js';
import { isMember } from '../registry/membership.js';
import { readReserved } from './allowance.js';
import { newTokenSecret } from './token-secret.js';
import { issueToken, shown, type Token } from './token.js';
import { insertToken } from './token.table.js';
import { TokenAllowances } from './token-allowances.js';
import { TokenReservations } from './token-reservations.js';

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
    const { agentId, onBehalfOf, reserve, budget = null } = request;
    // Before a session is taken, since this may wait; what is answered says `issueToken`.
    if (onBehalfOf) await isMember(this.directories.members, onBehalfOf, ctx.tenantId);
    if (reserve) return this.issueReserved(request, ctx);
    return this.tenants.transaction(ctx, async (tx) => {
      const token = await this.tokenFor(tx, request, await lockAgent(tx, agentId), ctx);
      return this.handOut(tx, await this.allowances.give(tx, token, budget, null), budget);
    });
  }

  /** Billing is asked between two commits: no session waits for it, and whoever stops the agent does not either. */
  private async issueReserved(request: IssueAgentTokenRequest, ctx: TenantContext): Promise<NewAgentToken> {
    const { agentId, budget = null } = request;
    const limitNanos = readReserved(budget);
    if (this.isStopped(ctx)) throw new Fault('agent-stopped', { detail: 'Nothing is held while agents are stopped' });
    const { token, reservation } = await this.tenants.transaction({ ...ctx, idempotency: null }, async (tx) => {
      const planned = await this.tokenFor(tx, request, await findAgent(tx, agentId), ctx);
      return { token: planned, reservation: await this.reservations.plan(tx, planned, limitNanos, ctx) };
    });
    if (!reservation) return this.answerAgain(ctx);
    try {
      await this.reservations.hold(ctx, reservation, token);
      return await this.tenants.transaction(ctx, async (tx) => {
        const issued = await this.tokenFor(tx, request, await lockAgent(tx, agentId), ctx);
        return this.handOut(tx, await this.reservations.keep(tx, { ...issued, id: reservation.id }), budget);
      });
    } catch (error) {
      await this.reservations.drop(ctx, reservation);
      throw error;
    }
  }

  /** A request that was made before is answered as it was then, which the door does by itself. @throws Fault `conflict` while that goes on */
  private answerAgain(ctx: TenantContext): Promise<never> {
    return this.tenants.transaction(ctx, () => {
      throw new Fault('conflict', { detail: 'This request is being answered; try again', retryAfterS: 1 });
    });
  }

  private isStopped({ tenantId }: TenantContext): boolean {
    return [tenantId, PLATFORM_TENANT_ID].some((id) => this.directories.agentStops.get(id)?.stopped);
  }

  private async tokenFor(
    tx: Transaction,
    request: IssueAgentTokenRequest,
    row: Agent,
    ctx: TenantContext,
  ): Promise<Token> {
    const memberOf = (userId: string) => this.directories.members.get(userId);
    const facts = { agent: await entryInForce(tx, row), memberOf };
    return issueToken(request, request.agentId, facts, ctx, this.clock.now());
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
