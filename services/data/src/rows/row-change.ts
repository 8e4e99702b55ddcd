import { type AuditValue, type RowChange, sql, type SubjectValue, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { isBlind } from '../encryption/blind-column.js';
import { noteChangedRows, type RowRef } from '../own-values/value-index.table.js';
import type { TableSpace } from '../spaces/table-space.js';
import { subjectOf } from '../subjects/row-subject.js';
import { columnOf, type ColumnDefinition, isEncrypted, type TableDefinition } from '../tables/table-definition.js';
import { isExactNumber, parseExact } from './json.js';
import { rowKey } from './row-key.js';
import type { RowVaults } from './row-vaults.js';
import { openValue, placeOf } from './sealed-value.js';

/** One change as the triggers caught it: rows as JSON, without `tenant_id`. */
export interface CaughtChange {
  readonly table_name: string;
  readonly action: 'insert' | 'update' | 'delete';
  readonly old: string | null;
  readonly new: string | null;
  /** Whether anything of the tenant is under a legal hold. */
  readonly has_holds: boolean;
}

type Row = Readonly<Record<string, unknown>>;

/** The same, fit for the audit trail. */
export async function auditChanges(
  tx: Transaction,
  vaults: RowVaults,
  space: TableSpace,
  caught: readonly CaughtChange[],
): Promise<RowChange[]> {
  const auditor = new RowAuditor(vaults, tx.tenantId, space, Boolean(tx.ctx?.grant));
  const changes = await Promise.all(caught.map((change) => auditor.change(change)));
  return auditor.seal(changes);
}

/** The same without any value: which rows, and what happened to them. */
export function changedKeys(space: TableSpace, caught: readonly CaughtChange[]): RowChange[] {
  return caught.map(({ table_name: resource, action, old: before, new: after }) => {
    const table = space.table(resource)?.definition;
    if (!table) {
      throw new Error(`rows of ${resource}, which is not a table of the tenant's space, have changed`);
    }
    return { resource, id: keyOf(table, (parseRow(after) ?? parseRow(before))!), action };
  });
}

/** What the transaction has changed since it was last asked, also by foreign keys' actions; `space` has all tables of the tenant. */
export async function takeCaught(tx: Transaction, space: TableSpace): Promise<CaughtChange[]> {
  const caught = await tx.query<CaughtChange>(sql`select * from data.take_row_changes()`);
  if (space.hasValueIndex)
    await noteChangedRows(
      tx,
      caught.flatMap((change) => keysOfBoth(change, space)),
    );
  return caught;
}

/** A row by the key that it had and by the one that it has. */
function keysOfBoth({ table_name: name, old: before, new: after }: CaughtChange, space: TableSpace): RowRef[] {
  const table = space.table(name)?.definition;
  const rows = [parseRow(before), parseRow(after)].filter((row) => row !== null);
  return table ? rows.map((row) => ({ table: name, key: keyOf(table, row) })) : [];
}

/** A classified value on its way: its commitment, and what is still to be sealed. */
class Unsealed {
  constructor(
    readonly commitment: string,
    readonly value: SubjectValue,
  ) {}
}

type Draft<V = AuditValue | Unsealed> = Omit<RowChange, 'old' | 'new'> & {
  readonly old?: Readonly<Record<string, V>>;
  readonly new?: Readonly<Record<string, V>>;
};

/** Makes row changes safe to leave: what is classified goes as a commitment and sealed, what is secret not at all. */
class RowAuditor {
  constructor(
    private readonly vaults: RowVaults,
    private readonly tenantId: string,
    private readonly space: TableSpace,
    /** Whether a grant bounds which tables may change. */
    private readonly isBound: boolean,
  ) {}

  async change({ table_name: name, action, old: before, new: after }: CaughtChange): Promise<Draft> {
    const table = this.space.table(name)?.definition;
    if (!table && this.isBound) {
      throw new Fault('forbidden', { detail: `This would change rows of ${name}, which the grant does not cover` });
    }
    if (!table) {
      throw new Error(`rows of ${name}, which is not a table of the tenant's space, have changed`);
    }
    const [old, fresh] = [parseRow(before), parseRow(after)];
    const id = keyOf(table, fresh ?? old!);
    // An update tells what is different; an insert or delete tells the row.
    const isTold = (column: string): boolean => !old || !fresh || print(old[column]) !== print(fresh[column]);
    const [oldValues, newValues] = await Promise.all([
      old && this.#values(table, keyOf(table, old), old, isTold),
      fresh && this.#values(table, id, fresh, isTold),
    ]);
    return { resource: name, id, action, ...(oldValues && { old: oldValues }), ...(newValues && { new: newValues }) };
  }

  /** Seals everything at once, each value under the key of whom its row is about. */
  async seal(changes: readonly Draft[]): Promise<RowChange[]> {
    const sides = changes.flatMap(({ old, new: fresh }) => [
      ...Object.values(old ?? {}),
      ...Object.values(fresh ?? {}),
    ]);
    const waiting = sides.filter((value) => value instanceof Unsealed);
    const sealed = await this.vaults.subjects.seal(
      this.tenantId,
      waiting.map(({ value }) => value),
    );
    const done = new Map(waiting.map((one, index) => [one, { commitment: one.commitment, sealed: sealed[index]! }]));
    const finish = (values: Draft['old']): RowChange['old'] =>
      values &&
      Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, value instanceof Unsealed ? done.get(value)! : value]),
      );
    return changes.map(({ old, new: fresh, ...change }) => ({
      ...change,
      ...(old && { old: finish(old) }),
      ...(fresh && { new: finish(fresh) }),
    }));
  }

  async #values(
    table: TableDefinition,
    id: string,
    row: Row,
    isTold: (column: string) => boolean,
  ): Promise<Record<string, AuditValue | Unsealed>> {
    const told = Object.entries(row).filter(([name]) => isTold(name) && !isBlind(name));
    const values = told.map(async ([name, value]): Promise<[string, AuditValue | Unsealed]> => {
      const column = columnOf(table, name);
      return [name, column ? await this.#value(table, column, { id, row }) : auditValue(value)];
    });
    return Object.fromEntries(await Promise.all(values));
  }

  async #value(
    table: TableDefinition,
    column: ColumnDefinition,
    { id, row }: { readonly id: string; readonly row: Row },
  ): Promise<AuditValue | Unsealed> {
    const { classification, name } = column;
    const value = row[name];
    if (value === null || classification === 'none' || classification === 'internal') {
      return auditValue(value);
    }
    if (classification === 'secret') {
      return { commitment: null, sealed: null };
    }
    const place = placeOf(table.name, name, id);
    const shown = isEncrypted(column)
      ? await openValue(this.vaults.tenant, this.tenantId, place, String(value), column)
      : value;
    const text = print(auditValue(shown));
    const { commitment, salt } = this.vaults.tenant.commit(text);
    const subject = subjectOf(this.space, table, row, id);
    return new Unsealed(commitment, { subject, place, plaintext: JSON.stringify([salt, text]) });
  }
}

function parseRow(text: string | null): Row | null {
  return text === null ? null : (parseExact(text) as Row);
}

/** A row by its key, as one text. */
export function keyOf({ primaryKey }: TableDefinition, row: Row): string {
  return rowKey(primaryKey.map((name) => String(auditValue(row[name]))));
}

/** A JSON value as the audit log takes it: what is not a plain value, or would lose digits, is text. */
function auditValue(value: unknown): AuditValue {
  if (typeof value !== 'object' || value === null) {
    return (value ?? null) as AuditValue;
  }
  return isExactNumber(value) ? value.rawJSON : JSON.stringify(value);
}

function print(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
