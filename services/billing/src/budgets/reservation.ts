import type { BudgetDenial } from '@tenantry/contracts';
import { Fault, formatNanos } from '@tenantry/kernel';

/** A budget's answer to a hold. Amounts are nano-units. */
export interface Verdict {
  readonly budgetId: string;
  readonly name: string;
  /** With what was carried into the period. */
  readonly limitNanos: bigint;
  readonly spentNanos: bigint;
  readonly heldNanos: bigint;
  readonly headroomNanos: bigint;
  readonly resetsAt: Date | null;
  /** Why it refuses; null when it does not. */
  readonly reason: 'exceeded' | 'blocked' | 'closed' | 'price-unknown' | 'currency' | null;
  readonly isHard: boolean;
  /** False in shadow mode: it is told, and does not count. */
  readonly isEnforced: boolean;
  readonly judgedAt: Date;
}

/** How long a hold lasts unless the request says so. */
export const DEFAULT_HOLD_S = 300;

const CLOSED_TO_ALL: readonly Verdict['reason'][] = ['blocked', 'closed', 'currency'];

/** Whether every budget that is enforced agrees. */
export function isAllowed(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ reason, isEnforced }) => reason === null || !isEnforced);
}

/** The largest amount that all of them would hold, in nano-units; null when none of them limits it. */
export function wouldFit(verdicts: readonly Verdict[]): bigint | null {
  const rooms = verdicts
    .filter(({ isEnforced, isHard, reason }) => isEnforced && (isHard || CLOSED_TO_ALL.includes(reason)))
    .map(({ reason, headroomNanos }) => (CLOSED_TO_ALL.includes(reason) ? 0n : headroomNanos));
  return rooms.length > 0 ? rooms.reduce((least, room) => (room < least ? room : least)) : null;
}

/** The budgets that refuse, with everything that explains it. */
export function denialsOf(verdicts: readonly Verdict[]): BudgetDenial[] {
  return verdicts.flatMap(({ reason, budgetId, name, resetsAt, isEnforced: enforced, ...nanos }) => {
    if (reason === null) return [];
    const [limit, spent] = [formatNanos(nanos.limitNanos), formatNanos(nanos.spentNanos)];
    const [held, headroom] = [formatNanos(nanos.heldNanos), formatNanos(nanos.headroomNanos)];
    return [{ budgetId, name, reason, limit, spent, held, headroom, resetsAt, enforced }];
  });
}

/** What a caller is told whom the budgets refuse: which of them, why, until when, and what would fit. */
export function refusal(verdicts: readonly Verdict[]): Fault {
  const denials = denialsOf(verdicts).filter(({ enforced }) => enforced);
  if (denials.some(({ reason }) => reason === 'currency')) {
    return new Fault('invalid-input', { field: 'currency', detail: 'currency must be that of every budget' });
  }
  const fitNanos = wouldFit(verdicts);
  const named = denials.map(({ name, reason }) => `"${name}" (${reason})`).join(', ');
  return new Fault('budget-refused', {
    detail: `Refused by the budget ${named}`,
    extra: { denials, wouldFit: fitNanos === null ? null : formatNanos(fitNanos) },
  });
}
