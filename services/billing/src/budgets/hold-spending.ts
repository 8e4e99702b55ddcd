import { Controller } from '@nestjs/common';
import { holdSpending, type HoldSpendingRequest, type SpendingHold } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import type { Rows } from './budget.table.js';
import { isAllowed, refusal, wouldFit, type Verdict } from './reservation.js';
import { reserve, simulate } from './reservation.table.js';
import { lockForSpending, reserveApplicable, spendingBudgetIds, type SpendingWish } from './spending.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** What services spend is counted in. */
export const CURRENCY = 'USD';

/** Holds what a call may cost at most, or what is left of it, on every budget that applies. */
@Controller()
export class HoldSpending {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(holdSpending)
  async handle(request: HoldSpendingRequest, ctx: TenantContext): Promise<SpendingHold> {
    const leastNanos = parseAmount(request.least, 'least');
    const zone = this.calendar.zoneOf(ctx);
    const wish = wishOf(request);
    const rows: Rows = { query: (statement) => this.tenants.write(ctx, statement) };
    const verdicts = await reserveApplicable(rows, wish, zone);
    if (verdicts.length === 0) throw noBudget();
    if (isAllowed(verdicts)) return held(wish, verdicts);
    if (leastNanos >= wish.estimateNanos || (wouldFit(verdicts) ?? 0n) < leastNanos) throw refusal(verdicts);
    return this.tenants.transaction(ctx, (tx) => this.holdWhatIsLeft(tx, wish, leastNanos, zone));
  }

  /** Nobody else takes from the budgets between the look and the hold. */
  private async holdWhatIsLeft(
    tx: Transaction,
    wish: SpendingWish,
    leastNanos: bigint,
    zone: string,
  ): Promise<SpendingHold> {
    const accounts = await spendingBudgetIds(tx, wish);
    if (accounts.length === 0) throw noBudget();
    await lockForSpending(tx, accounts, zone);
    const asked = await simulate(tx, { ...wish, accounts, estimateNanos: leastNanos }, zone);
    if (!isAllowed(asked)) throw refusal(asked);
    const fitNanos = wouldFit(asked) ?? wish.estimateNanos;
    const fitting = { ...wish, accounts, estimateNanos: fitNanos < wish.estimateNanos ? fitNanos : wish.estimateNanos };
    const verdicts = await reserve(tx, fitting, zone);
    if (!isAllowed(verdicts)) throw refusal(verdicts);
    return held(fitting, verdicts);
  }
}

function wishOf(request: HoldSpendingRequest): SpendingWish {
  const { holdId: id, scopes, budgetIds, expiresIn: lastsS, purpose = null } = request;
  const estimateNanos = parseAmount(request.most, 'most');
  return { id, scopes, budgetIds, estimateNanos, currency: CURRENCY, lastsS, purpose };
}

function held(
  { estimateNanos, lastsS }: Pick<SpendingWish, 'estimateNanos' | 'lastsS'>,
  verdicts: readonly Verdict[],
): SpendingHold {
  const expiresAt = new Date(verdicts[0]!.judgedAt.getTime() + lastsS * 1_000);
  return { held: formatNanos(estimateNanos), expiresAt };
}

/** What nobody limits would be spent without end: a tenant says first how much that may be. */
function noBudget(): Fault {
  return new Fault('budget-refused', {
    detail: 'There is no budget in USD for this; create one at /v1/budgets',
    extra: { denials: [], wouldFit: '0.00' },
  });
}
