import { StatementError } from '@tenantry/database';
import { Fault, type FieldProblem } from '@tenantry/kernel';
import type { TableSpace } from '../spaces/table-space.js';
import { constraintName } from '../tables/identifier.js';
import type { TableDefinition } from '../tables/table-definition.js';

/** A refusal by Postgres, with the code that PostgREST's clients expect and the columns that the constraint is about. */
export function explainRefusal(error: unknown, space: TableSpace): unknown {
  const cause = error instanceof Fault ? error.cause : undefined;
  if (!(error instanceof Fault) || !(cause instanceof StatementError)) {
    return error;
  }
  const { sqlstate, facts } = cause;
  const table = space.table(facts.table ?? '')?.definition;
  const columns = table && facts.constraint ? constraintColumns(table, facts.constraint) : [];
  const detail = columns.length ? sentence(error, columns) : error.detail;
  const errors: FieldProblem[] = columns.map((field) => ({ field, message: detail }));
  return new Fault(error.reason, {
    detail,
    errors: errors.length ? errors : error.errors,
    retryAfterS: error.retryAfterS,
    extra: { code: sqlstate },
    cause,
  });
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
