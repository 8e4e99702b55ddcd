import { Controller } from '@nestjs/common';
import { getAgentSpend, type AgentSpend, type GetAgentSpendRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { Clock, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { reading } from '../rows.js';
import { spanOf } from './span.js';
import { spendLines, type SpendBy } from './spend.table.js';

const SPAN = { defaultDays: 30, maxDays: 366 };

/** Tells what calls to models cost. */
@Controller()
export class GetAgentSpend {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  @Handles(getAgentSpend)
  async handle(request: GetAgentSpendRequest, ctx: TenantContext): Promise<AgentSpend> {
    const span = spanOf(request, this.clock.now(), SPAN);
    const by = request.by as SpendBy;
    const { lines, totalNanos } = await spendLines(reading(this.tenants, ctx), by, span, request.limit ?? 50);
    const data = lines.map(({ key, calls, inputTokens, outputTokens, costNanos }) => {
      return { key, calls, inputTokens, outputTokens, cost: formatNanos(costNanos) };
    });
    return { by, ...span, cost: formatNanos(totalNanos), data };
  }
}
