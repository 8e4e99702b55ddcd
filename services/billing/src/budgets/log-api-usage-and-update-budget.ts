import { Controller } from '@nestjs/common';
import {
  logApiUsageAndUpdateBudget,
  type LogApiUsageAndUpdateBudgetRequest,
  type LoggedApiUsage,
} from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Clock, Fault, formatNanos, newId, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { quantityText } from '../quantity.js';
import { announceReached } from './alerts.js';
import { parseAmount } from './budget.js';
import { applicableIds } from './budget.table.js';
import { assertOwnCompany } from './own-company.js';
import { isAllowed, refusal, wouldFit, type Verdict } from './reservation.js';
import { endHold, reserve, simulate, type Wish } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

const CURRENCY = 'USD';

/** `log_api_usage_and_update_budget`: a reservation of what has been spent already, settled in the same commit. */
@Controller()
export class LogApiUsageAndUpdateBudget {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
    private readonly clock: Clock,
  ) {}

  @Handles(logApiUsageAndUpdateBudget)
  async handle(request: LogApiUsageAndUpdateBudgetRequest, ctx: TenantContext): Promise<LoggedApiUsage> {
    assertOwnCompany(request.company_id, ctx);
    const { service_name: service, agent_id: agentId, description, cost } = request;
    const costNanos = parseAmount(quantityText(cost, 'cost'), 'cost');
    const spent = { id: newId(this.clock.now()), estimateNanos: costNanos, currency: CURRENCY, lastsS: 1 };
    return this.tenants.transaction(ctx, async (tx) => {
      const accounts = await applicableIds(tx, CURRENCY, agentId ?? null);
      if (accounts.length === 0) {
        throw new Fault('conflict', { detail: 'There is no budget in USD to count this; create one at /v1/budgets' });
      }
      const wish = { ...spent, accounts, purpose: { service, agentId, description } };
      const left = wouldFit(await this.count(tx, wish, this.calendar.zoneOf(ctx)));
      return { usage_id: wish.id, cost: formatNanos(costNanos), remaining: left === null ? null : formatNanos(left) };
    });
  }

  /** @throws Fault `budget-refused` when a budget above them is closed */
  private async count(tx: Transaction, wish: Wish, zone: string): Promise<Verdict[]> {
    const verdicts = await reserve(tx, wish, zone, true);
    const closed = verdicts.filter(({ reason }) => reason !== 'exceeded' && reason !== 'blocked');
    if (!isAllowed(closed)) throw refusal(closed);
    const { budgets } = await endHold(tx, { id: wish.id, actualNanos: wish.estimateNanos, zone, isQuiet: false });
    await announceReached(tx, budgets);
    return simulate(tx, { ...wish, estimateNanos: 0n }, zone);
  }
}
