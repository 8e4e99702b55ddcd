import { Fault } from '@tenantry/kernel';
import { type AccessInput, checkAccess } from '../access/check-access.js';
import { assertDroppable, withColumn, withForeignKey, withoutColumn, withoutForeignKey } from './change-table.js';
import type { ColumnInput } from './define-column.js';
import type { ForeignKeyInput } from './define-foreign-key.js';
import { defineTable, type TableInput } from './define-table.js';
import { accessStep, addColumnSteps, createTableSteps, type SchemaStep } from './schema-step.js';
import type { TableDefinition, TableLookup } from './table-definition.js';

/** What a change is decided on. */
export interface TableChangeFacts {
  /** The tables that may be changed: the tenant's own, or the product's. */
  readonly own: readonly TableDefinition[];
  /** These, and others that may be referred to. */
  readonly lookup: TableLookup;
  /** Whether somebody else's table has the name. */
  readonly isTaken: (name: string) => boolean;
  /** What a new table is. */
  readonly kind: 'tenant' | 'product';
  readonly now: Date;
}

/** A decided change: definition and DDL say the same. */
export interface TableChange {
  readonly table: string;
  /** The definition after the change; null when the table is dropped. */
  readonly after: TableDefinition | null;
  readonly steps: readonly SchemaStep[];
  readonly change:
    | 'created'
    | 'dropped'
    | 'column_added'
    | 'column_dropped'
    | 'foreign_key_added'
    | 'foreign_key_dropped'
    | 'access_set';
  /** The column or foreign key that it is about. */
  readonly part?: string;
}

/** Decides a change from how things are, inside the transaction that makes it. @throws Fault */
export type Decide = (facts: TableChangeFacts) => TableChange;

/** How many tables one owner can have. */
const MAX_TABLES = 500;

/** The table of a name that may be changed. @throws Fault `not-found`, or `forbidden` for one that somebody else changes */
function changeable({ own, lookup }: TableChangeFacts, name: string): TableDefinition {
  const table = own.find((one) => one.name === name);
  if (!table) {
    throw lookup(name)
      ? new Fault('forbidden', { field: 'table', detail: 'A product table is changed by the platform' })
      : new Fault('not-found');
  }
  if (table.name === 'audit_log' && table.kind === 'system') {
    throw new Fault('forbidden', { field: 'table', detail: 'The audit log can only be read' });
  }
  return table;
}

export function creating(input: TableInput): Decide {
  return (facts) => {
    const { own, isTaken, kind, lookup, now } = facts;
    if (isTaken(input.name) || own.some(({ name }) => name.toLowerCase() === input.name.toLowerCase())) {
      throw new Fault('table-exists', { field: 'name' });
    }
    if (own.length >= MAX_TABLES) {
      throw new Fault('conflict', { field: 'name', detail: `There can be at most ${MAX_TABLES} tables` });
    }
    const after = defineTable(input, kind, lookup, now);
    return { table: after.name, after, steps: createTableSteps(after), change: 'created' };
  };
}

export function dropping(name: string): Decide {
  return (facts) => {
    assertDroppable(changeable(facts, name), facts.own);
    return { table: name, after: null, steps: [{ do: 'drop_table', table: name }], change: 'dropped' };
  };
}

export function addingColumn(name: string, input: ColumnInput): Decide {
  return (facts) => {
    const { table: after, column, foreignKey } = withColumn(changeable(facts, name), input, facts.lookup);
    const steps = addColumnSteps(name, column, foreignKey);
    return { table: name, after, steps, change: 'column_added', part: column.name };
  };
}

export function droppingColumn(name: string, column: string): Decide {
  return (facts) => {
    const { table: after, steps } = withoutColumn(changeable(facts, name), column, facts.own);
    return { table: name, after, steps, change: 'column_dropped', part: column };
  };
}

export function addingForeignKey(name: string, input: ForeignKeyInput): Decide {
  return (facts) => {
    const { table: after, foreignKey: key } = withForeignKey(changeable(facts, name), input, facts.lookup);
    const steps = [{ do: 'add_foreign_key', table: name, key } as const];
    return { table: name, after, steps, change: 'foreign_key_added', part: key.name };
  };
}

export function droppingForeignKey(name: string, key: string): Decide {
  return (facts) => ({
    table: name,
    after: withoutForeignKey(changeable(facts, name), key),
    steps: [{ do: 'drop_foreign_key', table: name, name: key }],
    change: 'foreign_key_dropped',
    part: key,
  });
}

export function settingAccess(name: string, access: readonly AccessInput[]): Decide {
  return (facts) => {
    const table = changeable(facts, name);
    const after = { ...table, access: checkAccess(table, access) };
    return { table: name, after, steps: [accessStep(after)], change: 'access_set' };
  };
}
