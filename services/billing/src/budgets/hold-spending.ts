import { Controller } from '@nestjs/common';
import { holdSpending, type HoldSpendingRequest, type SpendingHold } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import type { Rows } from './budget.table.js';
import { isAllowed, refusal, wouldFit, type Verdict } from './reservation.js';
import { reserve, simulate, type Wish } from './reservation.table.js';
import { lockForSpending, spendingBudgetIds } from './spending.table.js';
import { TenantCalendar } from './tenant-calendar.js';

const CURRENCY = 'USD';

type KnownWish = Wish & { readonly estimateNanos: bigint };

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
    const wish = await this.wishOf(request, ctx);
    const rows: Rows = { query: (statement) => this.tenants.write(ctx, statement) };
    const verdicts = await reserve(rows, wish, zone);
    if (isAllowed(verdicts)) return held(wish, verdicts);
    if (leastNanos >= wish.estimateNanos || (wouldFit(verdicts) ?? 0n) < leastNanos) throw refusal(verdicts);
    return this.tenants.transaction(ctx, (tx) => this.holdWhatIsLeft(tx, wish, leastNanos, zone));
  }

  private async wishOf(request: HoldSpendingRequest, ctx: TenantContext): Promise<KnownWish> {
    const rows: Rows = { query: (statement) => this.tenants.query(ctx, statement) };
    const accounts = await spendingBudgetIds(rows, CURRENCY, request.scopes);
    if (accounts.length === 0) throw noBudget();
    const estimateNanos = parseAmount(request.most, 'most');
    const { holdId: id, expiresIn: lastsS, purpose = null } = request;
    return { id, accounts, estimateNanos, currency: CURRENCY, lastsS, purpose };
  }

  /** Nobody else takes from the budgets between the look and the hold. */
  private async holdWhatIsLeft(
    tx: Transaction,
    wish: KnownWish,
    leastNanos: bigint,
    zone: string,
  ): Promise<SpendingHold> {
    await lockForSpending(tx, wish.accounts, zone);
    const asked = await simulate(tx, { ...wish, estimateNanos: leastNanos }, zone);
    if (!isAllowed(asked)) throw refusal(asked);
    const fitNanos = wouldFit(asked) ?? wish.estimateNanos;
    const fitting = { ...wish, estimateNanos: fitNanos < wish.estimateNanos ? fitNanos : wish.estimateNanos };
    const verdicts = await reserve(tx, fitting, zone);
    if (!isAllowed(verdicts)) throw refusal(verdicts);
    return held(fitting, verdicts);
  }
}

function held({ estimateNanos, lastsS }: KnownWish, verdicts: readonly Verdict[]): SpendingHold {
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
