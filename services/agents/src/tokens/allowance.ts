import { Fault, formatNanos, parseNanos } from '@tenantry/kernel';

/** What a token may spend on models, in nano-USD. */
export interface Allowance {
  /** The token's that it was made for. */
  readonly id: string;
  /** The allowance that it is a part of. */
  readonly parentId: string | null;
  /** Billing's hold that its calls take parts of: made for itself, or for the allowance that it is a part of; null when it is a limit alone. */
  readonly holdId: string | null;
  readonly limitNanos: bigint;
  readonly expiresAt: Date;
}

/** What has become of an allowance, in nano-USD. */
export interface AllowanceUse {
  readonly isReserved: boolean;
  /** What was held for it has been given back, or is about to be: its token has ended, or its agent was stopped. */
  readonly isOver: boolean;
  readonly limitNanos: bigint;
  /** By its own calls, and by those of parts that have ended. */
  readonly spentNanos: bigint;
  /** By calls that are still open. */
  readonly heldNanos: bigint;
  /** To tokens that are alive. */
  readonly givenNanos: bigint;
}

/** What nobody has spent, holds or was given. Never below zero. */
export function leftOf({ isOver, limitNanos, spentNanos, heldNanos, givenNanos }: AllowanceUse): bigint {
  if (isOver) return 0n;
  const left = limitNanos - spentNanos - heldNanos - givenNanos;
  return left > 0n ? left : 0n;
}

/** @throws Fault `invalid-input` for what is no amount above zero */
export function readBudget(budget: string): bigint {
  const nanos = parseNanos(budget, 'budget');
  if (nanos <= 0n) throw new Fault('invalid-input', { field: 'budget', detail: 'A budget is more than zero' });
  return nanos;
}

/** @throws Fault `invalid-input` when nothing is said that could be reserved */
export function readReserved(budget: string | null): bigint {
  if (budget === null) throw new Fault('invalid-input', { field: 'budget', detail: 'Say how much is to be reserved' });
  return readBudget(budget);
}

/** What is told whom an allowance refuses: what is left of it, and what it would take. */
export function tooLittle(use: AllowanceUse, leastNanos: bigint): Fault {
  const [wouldFit, least] = [formatNanos(leftOf(use)), formatNanos(leastNanos)];
  const detail = use.isOver
    ? 'What was held for this token has been given back; issue another one'
    : `The budget of this token has ${wouldFit} USD left; this takes ${least} at least`;
  return new Fault('budget-refused', { detail, extra: { denials: [], wouldFit, least } });
}
