import type { CreateBudgetRequest, UpdateBudgetRequest } from '@tenantry/contracts';
import { Fault, newId, parseNanos } from '@tenantry/kernel';
import { parseCurrency } from '../currency.js';

/** What a budget is told to be. Amounts are nano-units (10⁻⁹) of its currency. */
export interface BudgetTerms {
  readonly id: string;
  /** The ids from the root of the tree down to itself. */
  readonly path: readonly string[];
  readonly parentId: string | null;
  readonly name: string;
  readonly scopeKind: string | null;
  readonly scopeId: string | null;
  readonly currency: string;
  readonly period: string;
  readonly limitNanos: bigint;
  readonly isHard: boolean;
  readonly isShadow: boolean;
  readonly rollsOver: boolean;
  readonly allowsUnknown: boolean;
  readonly alertPercents: readonly number[];
  readonly createdAt: Date;
  readonly closedAt: Date | null;
}

/** A budget as it is at a moment. */
export interface Budget extends BudgetTerms {
  readonly periodStartsAt: Date;
  readonly periodEndsAt: Date | null;
  readonly carriedNanos: bigint;
  readonly spentNanos: bigint;
  readonly heldNanos: bigint;
  readonly alertedPercent: number;
  readonly isBlocked: boolean;
}

/** What decides which alerts are due. */
export interface Spending {
  readonly spentNanos: bigint;
  /** With what was carried into the period. */
  readonly limitNanos: bigint;
  readonly alertPercents: readonly number[];
  /** The highest percentage announced in this period. */
  readonly alertedPercent: number;
}

const MAX_DEPTH = 8;
const DEFAULT_ALERT_PERCENTS = [50, 80, 100];

/** An amount that is not negative. @throws Fault `invalid-input` naming the field */
export function parseAmount(text: string, field: string): bigint {
  const amountNanos = parseNanos(text, field);
  if (amountNanos < 0n) throw new Fault('invalid-input', { field, detail: `${field} must not be negative` });
  return amountNanos;
}

function ascending(percents: readonly number[]): number[] {
  return percents.toSorted((x, y) => x - y);
}

function assertMayHold(parent: Budget, currency: string): void {
  if (parent.closedAt) throw new Fault('conflict', { field: 'parentId', detail: 'The parent is closed' });
  if (parent.path.length >= MAX_DEPTH) {
    throw new Fault('invalid-input', { field: 'parentId', detail: `Budgets are at most ${MAX_DEPTH} levels deep` });
  }
  if (parent.currency !== currency) {
    throw new Fault('invalid-input', {
      field: 'currency',
      detail: `currency must be the parent's, ${parent.currency}`,
    });
  }
}

function placeOf(request: CreateBudgetRequest, parent: Budget | null, id: string) {
  const currency = parseCurrency(request.currency ?? parent?.currency);
  if (parent) assertMayHold(parent, currency);
  return { id, currency, path: [...(parent?.path ?? []), id], parentId: parent?.id ?? null };
}

function rulesOf({ hard, shadow, rollover, allowUnknown }: CreateBudgetRequest) {
  return {
    isHard: hard ?? true,
    isShadow: shadow ?? false,
    rollsOver: rollover ?? false,
    allowsUnknown: allowUnknown ?? false,
  };
}

/**
 * A new budget. Its place in the tree is for good, so there can be no loop.
 * @throws Fault `invalid-input`, `conflict` when the parent can't have it
 */
export function openBudget(request: CreateBudgetRequest, parent: Budget | null, now: Date): BudgetTerms {
  return {
    ...placeOf(request, parent, newId(now)),
    ...rulesOf(request),
    name: request.name,
    scopeKind: request.scope?.kind ?? null,
    scopeId: request.scope?.id ?? null,
    period: request.period ?? 'month',
    limitNanos: parseAmount(request.limit, 'limit'),
    alertPercents: ascending(request.alertPercents.length > 0 ? request.alertPercents : DEFAULT_ALERT_PERCENTS),
    createdAt: now,
    closedAt: null,
  };
}

/**
 * The budget with what a request names. One that was blocked opens when there is room below the new limit.
 * @throws Fault `conflict` when it is closed
 */
export function changeBudget(budget: Budget, request: UpdateBudgetRequest): Budget {
  if (budget.closedAt) throw new Fault('conflict', { detail: 'The budget is closed' });
  const limitNanos = request.limit == null ? budget.limitNanos : parseAmount(request.limit, 'limit');
  const usedNanos = budget.spentNanos + budget.heldNanos;
  return {
    ...budget,
    name: request.name ?? budget.name,
    limitNanos,
    isHard: request.hard ?? budget.isHard,
    isShadow: request.shadow ?? budget.isShadow,
    rollsOver: request.rollover ?? budget.rollsOver,
    allowsUnknown: request.allowUnknown ?? budget.allowsUnknown,
    alertPercents: request.alertPercents.length > 0 ? ascending(request.alertPercents) : budget.alertPercents,
    isBlocked: budget.isBlocked && usedNanos >= limitNanos + budget.carriedNanos,
  };
}

/** The percentages that spending has reached and nobody was told of, ascending. Of a limit of nothing, anything is all of it. */
export function reachedPercents({ spentNanos, limitNanos, alertPercents, alertedPercent }: Spending): number[] {
  if (spentNanos === 0n) return [];
  return alertPercents.filter(
    (percent) => percent > alertedPercent && spentNanos * 100n >= limitNanos * BigInt(percent),
  );
}
