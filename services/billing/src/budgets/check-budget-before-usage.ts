import { Controller } from '@nestjs/common';
import { checkBudgetBeforeUsage, type BudgetCheck, type CheckBudgetBeforeUsageRequest } from '@tenantry/contracts';
import { TenantDatabase } from '@tenantry/database';
import { formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { quantityText } from '../quantity.js';
import { parseAmount } from './budget.js';
import { applicableIds, type Rows } from './budget.table.js';
import { assertOwnCompany } from './own-company.js';
import { isAllowed, wouldFit } from './reservation.js';
import { simulate } from './reservation.table.js';
import { TenantCalendar } from './tenant-calendar.js';

const FIELD = 'estimated_cost';

/** `check_budget_before_usage`: what SimulateReservation does, for every budget that applies. */
@Controller()
export class CheckBudgetBeforeUsage {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(checkBudgetBeforeUsage)
  async handle(request: CheckBudgetBeforeUsageRequest, ctx: TenantContext): Promise<BudgetCheck> {
    assertOwnCompany(request.company_id, ctx);
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const accounts = await applicableIds(rows, 'USD', request.agent_id ?? null);
    if (accounts.length === 0) return { allowed: false, remaining: null, reason: 'no-budget' };
    const estimateNanos = parseAmount(quantityText(request.estimated_cost, FIELD), FIELD);
    const verdicts = await simulate(rows, { accounts, currency: 'USD', estimateNanos }, this.calendar.zoneOf(ctx));
    const fitNanos = wouldFit(verdicts);
    const refused = verdicts.find(({ reason, isEnforced }) => isEnforced && reason !== null);
    const remaining = fitNanos === null ? null : formatNanos(fitNanos);
    return { allowed: isAllowed(verdicts), remaining, reason: refused?.reason ?? null };
  }
}
