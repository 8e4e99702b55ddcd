import { Fault } from '@tenantry/kernel';

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Columns of Postgres itself, and the one that every table has. */
const RESERVED_COLUMNS = new Set(['tenant_id', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax', 'ctid', 'oid']);

/** `rpc` is where functions are called; the others would shadow parameters of the row API. */
const RESERVED_TABLES = new Set([
  'rpc',
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

/**
 * A name that may become part of SQL. The database function that runs the DDL checks it again.
 * @throws Fault `invalid-input` or `name-reserved`
 */
export function checkName(name: string, field: string): string {
  if (!NAME.test(name)) {
    throw new Fault('invalid-input', {
      field,
      detail: `${field} must be 1–63 letters, digits and underscores, and not start with a digit`,
    });
  }
  if (name.toLowerCase().startsWith('pg_')) {
    throw new Fault('name-reserved', { field, detail: `${field} can't start with pg_` });
  }
  return name;
}

/** @throws Fault `invalid-input` or `name-reserved` */
export function checkTableName(name: string, field = 'name'): string {
  if (RESERVED_TABLES.has(name.toLowerCase())) {
    throw new Fault('name-reserved', { field, detail: `A table can't be called ${name}` });
  }
  return checkName(name, field);
}

/** @throws Fault `invalid-input` or `name-reserved` */
export function checkColumnName(name: string, field: string): string {
  if (RESERVED_COLUMNS.has(name.toLowerCase())) {
    throw new Fault('name-reserved', { field, detail: `A column can't be called ${name}` });
  }
  return checkName(name, field);
}

const MAX_NAME = 63;

/** A constraint's name in the way Postgres makes them up, cut to what Postgres can hold. */
export function constraintName(table: string, columns: readonly string[], suffix: 'fkey' | 'key'): string {
  const body = `${table}_${columns.join('_')}`;
  return `${body.slice(0, MAX_NAME - suffix.length - 1)}_${suffix}`;
}
