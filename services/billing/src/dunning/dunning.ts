import { daysBetween } from '../invoices/period.js';

/** The steps of the ladder, in order. The tenant is warned three times before anything is taken from it. */
export const STEPS = ['reminder_1', 'reminder_2', 'reminder_3', 'restricted', 'suspended'] as const;
export type DunningStep = (typeof STEPS)[number];

const RESTRICTED = STEPS.indexOf('restricted') + 1;
const SUSPENDED = STEPS.indexOf('suspended') + 1;

/** How far a tenant has been warned. */
export interface Dunning {
  /** How many steps were taken; 0 when nothing is overdue. */
  readonly step: number;
  /** The day of the last one, in the tenant's time zone. */
  readonly steppedOn: string;
}

/** The oldest invoice that is not paid in time. */
export interface Overdue {
  readonly invoiceId: string;
  readonly number: bigint;
  readonly currency: string;
  readonly dueNanos: bigint;
  readonly dueOn: string;
  /** When it is collected by itself next; null when it is not. */
  readonly collectAt: Date | null;
}

/** How long a step waits for an attempt to collect that is due: who is about to pay is not warned. */
const COLLECTION_PATIENCE_MS = 2 * 3_600_000;

/** Whether an invoice is about to be collected by itself. When that does not happen in time, the ladder goes on. */
export function isAboutToBeCollected({ collectAt }: Pick<Overdue, 'collectAt'>, now: Date): boolean {
  const waitedMs = collectAt === null ? -1 : now.getTime() - collectAt.getTime();
  return waitedMs >= 0 && waitedMs <= COLLECTION_PATIENCE_MS;
}

/** After how many days past the due date each step is taken; empty when there is no dunning. */
export type Ladder = readonly number[];

/** The name of the last step taken; `none` before the first. */
export function stepName({ step }: Pick<Dunning, 'step'>): DunningStep | 'none' {
  return STEPS[step - 1] ?? 'none';
}

export function isRestricted({ step }: Dunning): boolean {
  return step >= RESTRICTED;
}

export function isSuspended({ step }: Dunning): boolean {
  return step >= SUSPENDED;
}

/** How many steps the oldest overdue invoice has earned by a day. */
function earned(overdue: Overdue | null, today: string, ladder: Ladder): number {
  if (overdue === null) return 0;
  const days = daysBetween(overdue.dueOn, today);
  return ladder.filter((after) => days >= after).length;
}

/** Goes down to what is still earned, at once; the same object when that is no less. */
export function ease(dunning: Dunning, overdue: Overdue | null, today: string, ladder: Ladder): Dunning {
  const step = earned(overdue, today, ladder);
  return step < dunning.step ? { step, steppedOn: today } : dunning;
}

/**
 * Goes up by one step when it is earned; the same object when it is not. None comes sooner after the one before than the ladder says, so
 * that whoever is restricted was warned for all that time, also when nothing ran for days.
 */
export function climb(dunning: Dunning, overdue: Overdue | null, today: string, ladder: Ladder): Dunning {
  const { step, steppedOn } = dunning;
  if (earned(overdue, today, ladder) <= step) return dunning;
  const gapDays = step === 0 ? 0 : ladder[step]! - ladder[step - 1]!;
  return daysBetween(steppedOn, today) >= gapDays ? { step: step + 1, steppedOn: today } : dunning;
}
