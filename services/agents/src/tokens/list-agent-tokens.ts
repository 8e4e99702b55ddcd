import { Controller } from '@nestjs/common';
import { listAgentTokens, type ListAgentTokensRequest, type ListAgentTokensResponse } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { Cursors } from '@tenantry/service';
import { findAgent } from '../registry/agent.table.js';
import { reading } from '../rows.js';
import { listTokenRows, toMessage } from './token.table.js';

/** Lists the tokens of an agent that are alive. */
@Controller()
export class ListAgentTokens {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly cursors: Cursors,
    private readonly clock: Clock,
  ) {}

  @Handles(listAgentTokens)
  async handle(request: ListAgentTokensRequest, ctx: TenantContext): Promise<ListAgentTokensResponse> {
    const { agentId, cursor } = request;
    const limit = request.limit ?? 50;
    const list = `agent-tokens ${agentId}`;
    const beforeId = cursor ? (this.cursors.open(ctx, list, cursor) as string) : null;
    const rows = reading(this.tenants, ctx);
    const [, found] = await Promise.all([
      findAgent(rows, agentId),
      listTokenRows(rows, { agentId, beforeId, now: this.clock.now() }, limit + 1),
    ]);
    const data = found.slice(0, limit).map(toMessage);
    return { data, nextCursor: found.length > limit ? this.cursors.seal(ctx, list, data.at(-1)?.id) : null };
  }
}
