import { Fault } from '@tenantry/kernel';
import { z } from 'zod';

const MAX_VALUE_CHARS = 4_000;
const MAX_FILTERS = 20;
/** Words that are part of the query language, not columns, where filters stand. */
const RESERVED: ReadonlySet<string> = new Set([
  'select',
  'order',
  'limit',
  'offset',
  'and',
  'or',
  'not',
  'columns',
  'on_conflict',
]);

export const columnName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,62}$/);
const scalar = z.union([z.string().max(MAX_VALUE_CHARS), z.number(), z.boolean(), z.null()]);

/** One condition; all of a list must hold. */
const filter = z.strictObject({
  column: columnName.refine((name) => !RESERVED.has(name), 'is a word of the query language'),
  operator: z.enum(['eq', 'neq', 'gt', 'gte', 'lt', 'lte', 'like', 'ilike', 'in', 'is']),
  value: z.union([scalar, z.array(scalar).min(1).max(100)]),
});

export const filters = z.array(filter).max(MAX_FILTERS);

/** Conditions as the row API spells them: column and `operator.value`. */
export function printFilters(given: z.infer<typeof filters>): [string, string][] {
  return given.map(({ column, operator, value }, index) => [
    column,
    `${operator}.${printValue(operator, value, index)}`,
  ]);
}

function printValue(operator: string, value: z.infer<typeof filter>['value'], index: number): string {
  const refuse = (detail: string): never => {
    throw new Fault('invalid-input', { field: `where[${index}].value`, detail });
  };
  if (operator === 'in')
    return Array.isArray(value) ? `(${value.map(quoted).join(',')})` : refuse('in takes a list of values');
  if (Array.isArray(value)) return refuse(`${operator} takes one value`);
  if (operator === 'is')
    return value === null || typeof value === 'boolean' ? String(value) : refuse('is takes null, true or false');
  return value === null ? refuse('Compare with null by the operator is') : String(value);
}

function quoted(value: string | number | boolean | null): string {
  return `"${String(value).replace(/[\\"]/g, '\\$&')}"`;
}
