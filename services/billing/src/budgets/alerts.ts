import { BudgetThresholdReached } from '@tenantry/contracts';
import type { Transaction } from '@tenantry/database';
import { formatNanos } from '@tenantry/kernel';
import { reachedPercents, type Spending } from './budget.js';
import { saveAlerted } from './budget.table.js';

/** A budget whose spending or limit has just changed, under its lock. */
export interface ChangedSpending extends Spending {
  readonly budgetId: string;
  readonly name: string;
  readonly currency: string;
  readonly periodStartsAt: Date;
}

/** Announces every percentage that was reached, once for each period, in the commit in which it was reached. */
export async function announceReached(tx: Transaction, changed: readonly ChangedSpending[]): Promise<void> {
  const alerted = new Map<string, number>();
  for (const budget of changed) {
    for (const percent of reachedPercents(budget)) {
      tx.publish(thresholdReached(budget, percent));
      alerted.set(budget.budgetId, percent);
    }
  }
  if (alerted.size > 0) await saveAlerted(tx, alerted);
}

function thresholdReached({ budgetId, name, currency, ...budget }: ChangedSpending, percent: number): object {
  const [spent, limit] = [formatNanos(budget.spentNanos), formatNanos(budget.limitNanos)];
  const periodStartsAt = budget.periodStartsAt.toISOString();
  return new BudgetThresholdReached({ budgetId, name, percent, spent, limit, currency, periodStartsAt });
}
