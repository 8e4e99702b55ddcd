import { Fault } from '@tenantry/kernel';
import { parseColumnType } from '../../tables/column-type.js';
import { acceptsText, expected } from '../../tables/column-value.js';
import { type ColumnDefinition, isEncrypted } from '../../tables/table-definition.js';
import type { Condition } from '../query/query.js';
import { plaintextOf } from '../sealed-value.js';
import type { Scope } from '../statement/scope.js';

/** A condition that only opened values can decide: the column is, or is not, one of these values. */
export interface Sought {
  readonly condition: Condition;
  readonly column: ColumnDefinition;
  /** In the one spelling in which values are sealed. */
  readonly values: ReadonlySet<string>;
  readonly negated: boolean;
  /** Whether no row is wanted without it, so that the blind index narrows what is looked at. */
  readonly required: boolean;
}

const MAX_SOUGHT = 20;

/**
 * The conditions on searchable encrypted columns. Other operators on them are left, to be refused where they are printed.
 * @throws Fault for a value that is not of the column's type, and for a column that may not be seen
 */
export function soughtIn(conditions: readonly Condition[], scope: Scope, isTop = true): readonly Sought[] {
  const found = conditions.flatMap((condition): readonly Sought[] => {
    if (condition.kind === 'and' || condition.kind === 'or') {
      return soughtIn(condition.conditions, scope, false);
    }
    const values = valuesOf(condition);
    if (values === null || !('column' in condition)) {
      return [];
    }
    const column = scope.column(condition.column, condition.column);
    if (!isEncrypted(column) || !column.searchable) {
      return [];
    }
    const negated = condition.negated !== (condition.kind === 'compare' && condition.operator === 'neq');
    const canonical = new Set(values.map((value) => canonicalValue(column, value)));
    return [{ condition, column, values: canonical, negated, required: isTop && !negated }];
  });
  if (found.length > MAX_SOUGHT) {
    throw new Fault('invalid-input', {
      field: found[0]!.column.name,
      detail: `A search has at most ${MAX_SOUGHT} conditions on encrypted columns; in takes many values at once`,
    });
  }
  return found;
}

/** The values that a condition compares with, when it is one of equality. */
function valuesOf(condition: Condition): readonly string[] | null {
  if (condition.kind === 'in') {
    return condition.values;
  }
  const isEquality = condition.kind === 'compare' && ['eq', 'neq'].includes(condition.operator);
  return isEquality ? [condition.value] : null;
}

function canonicalValue(column: ColumnDefinition, value: string): string {
  const type = parseColumnType(column.type);
  if (!acceptsText(type, value)) {
    throw new Fault('invalid-input', {
      field: column.name,
      detail: `${column.name} is compared with ${expected[type.family]}`,
      extra: { code: '22P02' },
    });
  }
  // A text that is longer than the column's values is unequal to all of them.
  return type.family === 'text' ? value : plaintextOf(column, value);
}

/** Conditions with some of them replaced, wherever they stand. */
export function replaced(
  conditions: readonly Condition[],
  replacements: ReadonlyMap<Condition, Condition>,
): readonly Condition[] {
  return conditions.map((condition) =>
    condition.kind === 'and' || condition.kind === 'or'
      ? { ...condition, conditions: replaced(condition.conditions, replacements) }
      : (replacements.get(condition) ?? condition),
  );
}
