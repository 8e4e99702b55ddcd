import { Controller } from '@nestjs/common';
import { getPlatformAgents, type GetPlatformAgentsRequest, type PlatformAgents } from '@tenantry/contracts';
import { ControlDatabase } from '@tenantry/database';
import { Clock, formatNanos } from '@tenantry/kernel';
import { Directories, Handles } from '@tenantry/messaging';
import { spanOf } from './span.js';
import { activityByTenant, countBlocked } from './spend.table.js';

const SPAN = { defaultDays: 1, maxDays: 90 };
const DEFAULT_LIMIT = 20;

/** Tells staff what the agents of all tenants did and cost: counts, and nothing that was said. */
@Controller()
export class GetPlatformAgents {
  constructor(
    private readonly control: ControlDatabase,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  @Handles(getPlatformAgents)
  async handle(request: GetPlatformAgentsRequest): Promise<PlatformAgents> {
    const { from } = spanOf(request, this.clock.now(), SPAN);
    const job = this.control.job('agents_overview');
    const [tenants, blocked] = await Promise.all([
      activityByTenant(job, from, request.limit ?? DEFAULT_LIMIT),
      countBlocked(job, from),
    ]);
    const [all] = tenants;
    const data = tenants.map(({ tenantId, agents, calls, failed, toolCalls, blocked: refused, costNanos }) => {
      const name = this.directories.tenants.get(tenantId)?.name ?? null;
      return { tenantId, name, agents, calls, failed, toolCalls, blocked: refused, cost: formatNanos(costNanos) };
    });
    const counts = { tenants: all?.tenantsInAll ?? 0n, calls: all?.callsInAll ?? 0n, failed: all?.failedInAll ?? 0n };
    return { from, ...counts, blocked, cost: formatNanos(all?.costInAll ?? 0n), data };
  }
}
