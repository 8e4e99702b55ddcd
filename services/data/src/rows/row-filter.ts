import { join, raw, type Sql } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { PlacedTable } from '../spaces/table-space.js';
import { parseQueryString } from './query/parse-query.js';
import type { Condition } from './query/query.js';
import { printConditions } from './statement/print-condition.js';
import { Scope } from './statement/scope.js';

const PARTS = ['select', 'columns', 'on_conflict', 'order', 'limit', 'offset'];

/**
 * Conditions that are kept to be asked again and again: the filters of the row API and nothing else of it, never SQL.
 * @throws Fault `invalid-input`, `malformed-request` or `query-not-supported`, naming `filter`
 */
export function parseRowFilter(text: string): readonly Condition[] {
  return named(() => {
    const query = parseQueryString(text);
    const [level, ...others] = [...query.levels];
    const isPart = text.split('&').some((pair) => PARTS.includes(pair.split('=', 1)[0]!));
    if (isPart || others.length > 0 || !level || level[0] !== '' || level[1].conditions.length === 0) {
      const detail = 'A filter has conditions on columns of the table and nothing else, e.g. status=eq.closed';
      throw new Fault('invalid-input', { field: 'filter', detail });
    }
    return level[1].conditions;
  });
}

/**
 * The same as SQL about a row under the alias `t`; values are bound. It can be unknown where a column is null.
 * @throws Fault naming `filter`, for a column that is not there, is encrypted, or takes no such value
 */
export function printRowFilter(table: PlacedTable, text: string): Sql {
  const conditions = parseRowFilter(text);
  // No table's access can name support, so all its columns are there.
  return named(() => join(printConditions(conditions, new Scope(table, 't', 'support')), ' and '));
}

/** Every row: what stands where there is no filter. */
export const EVERY_ROW = raw('true');

function named<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.reason, { field: 'filter', detail: error.detail, extra: error.extra, cause: error });
  }
}
