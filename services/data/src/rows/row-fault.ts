import { StatementError } from '@tenantry/database';
import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { TableSpace } from '../spaces/table-space.js';
import { constraintName } from '../tables/identifier.js';
import type { TableDefinition } from '../tables/table-definition.js';

/** Where a request has its values: what is named when Postgres does not say which of them it can't take. */
export type Place = 'query' | 'body' | 'either';

/** Values that are too long or too large for the column that they were to be put into. */
const UNFIT: ReadonlySet<string> = new Set(['22001', '22003']);

/** What Postgres finds wrong with a statement only because of what the request asked for. */
const wishes: Readonly<Record<string, { readonly field?: string; readonly detail: string }>> = {
  '42846': { field: 'select', detail: 'A column can not be cast to that type' },
  '54000': { detail: 'A value is too long for a column whose values are unique' },
};

/** A refusal by Postgres, with the code that PostgREST's clients expect and the columns that the constraint is about. */
export function explainRefusal(error: unknown, space: TableSpace, place: Place = 'query'): unknown {
  if (error instanceof StatementError) {
    return explainWish(error, place);
  }
  return error instanceof Fault && error.cause instanceof StatementError
    ? explainFault(error, error.cause, space, place)
    : error;
}

function explainWish(error: StatementError, place: Place): unknown {
  const wish = wishes[error.sqlstate];
  if (!wish) {
    return error;
  }
  const field = wish.field ?? placeOf(place, error.sqlstate);
  return new Fault('invalid-input', { field, detail: wish.detail, extra: { code: error.sqlstate }, cause: error });
}

function explainFault(error: Fault, cause: StatementError, space: TableSpace, place: Place): Fault {
  const { sqlstate, facts } = cause;
  const table = space.table(facts.table ?? '')?.definition;
  const columns = table && facts.constraint ? constraintColumns(table, facts.constraint) : [];
  const detail = columns.length ? sentence(error, columns) : error.detail;
  const isUnnamed = error.status === 422 && error.errors.length === 0;
  const named = columns.length || !isUnnamed ? columns : [placeOf(place, sqlstate)];
  const errors: FieldProblem[] = named.map((field) => ({ field, message: detail }));
  return new Fault(error.reason, {
    detail,
    errors: errors.length ? errors : error.errors,
    retryAfterS: error.retryAfterS,
    extra: { code: sqlstate },
    cause,
  });
}

function placeOf(place: Place, sqlstate: string): string {
  const isUnfit = UNFIT.has(sqlstate) || sqlstate.startsWith('54');
  return place === 'either' ? (isUnfit ? 'body' : 'query') : place;
}

function sentence({ reason, detail }: Fault, columns: readonly string[]): string {
  const names = columns.join(', ');
  switch (reason) {
    case 'unique-violation':
      return `A row with this ${names} exists`;
    case 'foreign-key-violation':
      return `${names}: the row referred to does not exist, or is still referred to`;
    default:
      return detail;
  }
}

function constraintColumns(table: TableDefinition, constraint: string): readonly string[] {
  if (constraint === `${table.name}_pkey`) {
    return table.primaryKey;
  }
  const key = table.foreignKeys.find(({ name }) => name === constraint);
  const unique = table.columns.find(
    (column) => column.unique && constraintName(table.name, [column.name], 'key') === constraint,
  );
  return key?.columns ?? (unique ? [unique.name] : []);
}
