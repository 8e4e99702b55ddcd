import { Controller } from '@nestjs/common';
import { splitSpending, type SpendingHold, type SplitSpendingRequest } from '@tenantry/contracts';
import { TenantDatabase, type Transaction } from '@tenantry/database';
import { Fault, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import { parseAmount } from './budget.js';
import { CURRENCY } from './hold-spending.js';
import { isAllowed, refusal, wouldFit } from './reservation.js';
import { findReservation } from './reservation.table.js';
import { spendingBudgetIds } from './spending.table.js';
import { isEnded, lockWhole, splitHold, type PartWish } from './split-hold.table.js';
import { TenantCalendar } from './tenant-calendar.js';

/** Takes what a call may cost, or what is left, out of what is held for the likes of it. */
@Controller()
export class SplitSpending {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly calendar: TenantCalendar,
  ) {}

  @Handles(splitSpending)
  async handle(request: SplitSpendingRequest, ctx: TenantContext): Promise<SpendingHold> {
    const { holdId: id, wholeId, scopes, budgetIds, expiresIn: lastsS, purpose = null } = request;
    const [mostNanos, leastNanos] = [parseAmount(request.most, 'most'), parseAmount(request.least, 'least')];
    return this.tenants.transaction(ctx, async (tx) => {
      const leftNanos = await lockWhole(tx, wholeId);
      if (leftNanos === null || leftNanos < leastNanos) throw tooLittle(leftNanos ?? 0n);
      const accounts = await spendingBudgetIds(tx, { currency: CURRENCY, scopes, budgetIds });
      const estimateNanos = leftNanos < mostNanos ? leftNanos : mostNanos;
      const wish = { id, wholeId, accounts, estimateNanos, lastsS, purpose };
      const heldNanos = await this.take(tx, wish, leastNanos, this.calendar.zoneOf(ctx));
      return { held: formatNanos(heldNanos), expiresAt: (await findReservation(tx, id)).expiresAt };
    });
  }

  /** Answers what was taken. A try that other budgets refuse has them locked, so the next one knows what fits. @throws Fault `budget-refused` */
  private async take(tx: Transaction, wish: PartWish, leastNanos: bigint, zone: string): Promise<bigint> {
    const verdicts = await splitHold(tx, wish, zone).catch((error: unknown) => {
      throw isEnded(error) ? tooLittle(0n) : error;
    });
    if (isAllowed(verdicts)) return wish.estimateNanos;
    const fitNanos = wouldFit(verdicts) ?? 0n;
    if (fitNanos < leastNanos || fitNanos >= wish.estimateNanos) throw refusal(verdicts);
    const again = await splitHold(tx, { ...wish, estimateNanos: fitNanos }, zone);
    if (!isAllowed(again)) throw refusal(again);
    return fitNanos;
  }
}

function tooLittle(leftNanos: bigint): Fault {
  const wouldFitNanos = formatNanos(leftNanos);
  const detail = `What was set aside for this has ${wouldFitNanos} ${CURRENCY} left`;
  return new Fault('budget-refused', { detail, extra: { denials: [], wouldFit: wouldFitNanos } });
}
