import { sql, type Transaction, type Vault } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { HealthDataGate } from '../../agreements/health-data-gate.js';
import { requireCurrent } from '../../spaces/catalog.js';
import type { PlacedTable, TableSpace } from '../../spaces/table-space.js';
import type { Caller } from '../caller.js';
import { explainRefusal } from '../row-fault.js';
import { checkRows, type JsonRow, writableColumns } from '../rows-body.js';
import { sealRows } from '../seal-rows.js';
import { type ConflictRule, printChange, printInsert } from '../statement/print-write.js';
import { requireGrant, TENANT_COLUMN } from '../statement/scope.js';
import { importFault } from './import-fault.js';

/** Where an import's rows go. */
export interface ImportTarget {
  readonly tx: Transaction;
  readonly caller: Caller;
  readonly space: TableSpace;
  readonly table: PlacedTable;
  readonly vault: Vault;
  readonly gate: HealthDataGate;
  readonly onConflict: ConflictRule | null;
}

/** A row that an import could not take for what it says, as opposed to a failure of anything else. */
const ROW_REASONS: ReadonlySet<string> = new Set([
  'unique-violation',
  'foreign-key-violation',
  'not-null-violation',
  'check-violation',
  'invalid-input',
  'forbidden',
  'malformed-request',
]);

/**
 * Inserts rows of an import; a column that a row leaves out gets its default.
 * @param first the number of the first of them, from 1
 * @throws Fault `import-refused` that names the row at fault
 */
export async function importBatch(target: ImportTarget, rows: readonly JsonRow[], first: number): Promise<void> {
  checkEach(target, rows, first);
  try {
    await target.tx.savepoint(() => insert(target, rows));
  } catch (error) {
    const explained = explainRefusal(error, target.space, 'body');
    const isAboutRow = explained instanceof Fault && ROW_REASONS.has(explained.reason);
    throw isAboutRow ? await blame(target, rows, first, explained) : error;
  }
}

/** What can be told without Postgres names the row at once. */
function checkEach({ caller, table, gate }: ImportTarget, rows: readonly JsonRow[], first: number): void {
  const grant = requireGrant(table, caller.principal, 'insert');
  rows.forEach((row, index) => {
    try {
      if (Object.hasOwn(row, TENANT_COLUMN.name)) {
        throw new Fault('forbidden', {
          field: TENANT_COLUMN.name,
          detail: 'tenant_id is set by Tenantry and can not be imported',
        });
      }
      checkRows([row], writableColumns(table, Object.keys(row), grant), caller.ctx.tenantId, false);
      gate.assertMayKeepNow(caller.ctx.tenantId, table.definition, row);
    } catch (error) {
      throw error instanceof Fault ? importFault(first + index, error) : error;
    }
  });
}

async function insert(
  { caller, space, table, vault, onConflict, tx }: ImportTarget,
  rows: readonly JsonRow[],
): Promise<void> {
  const { definition } = table;
  const given = new Set(rows.flatMap((row) => Object.keys(row)));
  const grant = requireGrant(table, caller.principal, 'insert');
  const isOwner = grant.rows === 'own' && definition.ownerColumn !== null && !given.has(definition.ownerColumn);
  const owned = isOwner ? rows.map((row) => ({ ...row, [definition.ownerColumn!]: caller.ctx.actor.id })) : rows;
  const columns = definition.columns.filter(
    ({ name }) => given.has(name) || (isOwner && name === definition.ownerColumn),
  );
  const sealed = await sealRows(vault, caller.ctx.tenantId, definition, owned, columns);
  const plan = {
    table,
    columns: sealed.columns,
    rowsJson: JSON.stringify(sealed.rows),
    onConflict,
    missingDefault: true,
  };
  const count = sql`select count(*) as rows, (select version from data.space) as version from changed`;
  const [row] = await tx.query<{ version: bigint }>(printChange(printInsert(plan, sql`1`), count));
  requireCurrent(space, row!.version);
}

class Probe extends Error {}

/** The shortest beginning of the rows that is refused ends with the row at fault. */
async function blame(target: ImportTarget, rows: readonly JsonRow[], first: number, whole: Fault): Promise<Fault> {
  let [good, bad] = [0, rows.length];
  let fault = whole;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const found = await probe(target, rows.slice(0, middle));
    if (found === null) {
      good = middle;
    } else {
      bad = middle;
      fault = found;
    }
  }
  return importFault(first + bad - 1, fault);
}

/** Tries rows and takes them back. */
async function probe({ tx, ...rest }: ImportTarget, rows: readonly JsonRow[]): Promise<Fault | null> {
  try {
    await tx.savepoint(async () => {
      await insert({ tx, ...rest }, rows);
      throw new Probe();
    });
    return null;
  } catch (error) {
    const explained = explainRefusal(error, rest.space, 'body');
    if (explained instanceof Fault) {
      return explained;
    }
    if (error instanceof Probe) {
      return null;
    }
    throw error;
  }
}
