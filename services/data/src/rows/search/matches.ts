import { join, sql, type Transaction, type Vault } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { PlacedTable } from '../../spaces/table-space.js';
import type { ColumnDefinition } from '../../tables/table-definition.js';
import type { Caller } from '../caller.js';
import type { Row } from '../open-answer.js';
import { type Condition, EMPTY_LEVEL } from '../query/query.js';
import type { ReadRequest } from '../row-reader.js';
import { rowKey } from '../row-key.js';
import { type Opens, placeOf } from '../sealed-value.js';
import { printConditions } from '../statement/print-condition.js';
import { placed } from '../statement/print-select.js';
import { Scope } from '../statement/scope.js';
import { answerKey, blindCondition, soughtColumns } from './search-plan.js';
import type { Sought } from './sought.js';

/** How many rows with the same blind index are opened for one column: a search that matches more is narrowed by its other conditions. */
const MAX_CANDIDATES = 5_000;

/** What to look for matches in. */
interface Search {
  readonly tx: Transaction;
  readonly caller: Caller;
  readonly table: PlacedTable;
  readonly request: ReadRequest;
  readonly sought: readonly Sought[];
}

/** The rows of an answer whose searched values are what the conditions ask for; none of these is negated. */
export async function matching(vault: Opens, search: Search, rows: readonly Row[]): Promise<readonly Row[]> {
  const looks = search.sought.map(({ column, values }) => ({
    values,
    name: answerKey(search.request.query, column.name),
    open: opener(vault, search, column),
  }));
  const decided = rows.map(async (row) => {
    const fits = looks.map(async ({ values, name, open }) => {
      const [sealed, ...key] = row[name] as readonly [string, ...string[]];
      return values.has(await open({ sealed, key }));
    });
    return (await Promise.all(fits)).every(Boolean);
  });
  const fits = await Promise.all(decided);
  return rows.filter((_, index) => fits[index]);
}

/** Opens the values of one column. */
function opener(vault: Opens, { tx, table }: Search, column: ColumnDefinition) {
  return ({ sealed, key }: Candidate): Promise<string> =>
    vault.open(tx.tenantId, placeOf(table.definition.name, column.name, rowKey(key)), sealed);
}

interface Candidate {
  readonly sealed: string;
  readonly key: readonly string[];
}

/** For each condition on an encrypted column the one that names the rows for which it holds. @throws Fault for too many */
export async function findMatches(vault: Vault, search: Search): Promise<ReadonlyMap<Condition, Condition>> {
  const { sought } = search;
  const found = new Map<Condition, Condition>();
  for (const column of soughtColumns(sought)) {
    const ofColumn = sought.filter((one) => one.column === column);
    const candidates = await findCandidates(
      vault,
      search,
      column,
      new Set(ofColumn.flatMap(({ values }) => [...values])),
    );
    const opened = await Promise.all(candidates.map(opener(vault, search, column)));
    for (const { condition, values, negated } of ofColumn) {
      const keys = candidates.filter((_, index) => values.has(opened[index]!)).map(({ key }) => key);
      found.set(condition, { kind: 'keys', column: column.name, keys, negated });
    }
  }
  return found;
}

async function findCandidates(
  vault: Vault,
  { tx, caller, table, request, sought }: Search,
  column: ColumnDefinition,
  values: ReadonlySet<string>,
): Promise<readonly Candidate[]> {
  const scope = new Scope(table, 't0', caller.principal);
  const blind = await blindCondition(vault, tx.tenantId, table.definition.name, column, values);
  const { conditions } = request.query.levels.get('') ?? EMPTY_LEVEL;
  const own = new Set(sought.map((one) => one.condition));
  const plain = conditions.filter((one) => (one.kind === 'compare' || one.kind === 'in') && !own.has(one));
  const key = join(
    table.definition.primaryKey.map((name) => sql`${scope.sql(name)}::text`),
    ', ',
  );
  const found = await tx.query<Candidate>(sql`
    select ${scope.sql(column.name)} as sealed, array[${key}] as key from ${placed(scope)}
    where ${join(printConditions([blind, ...plain], scope), ' and ')} limit ${MAX_CANDIDATES + 1}`);
  if (found.length > MAX_CANDIDATES) {
    throw new Fault('invalid-input', {
      field: column.name,
      detail: `More than ${MAX_CANDIDATES} rows may have this ${column.name}; add conditions that leave fewer`,
    });
  }
  return found;
}
