import { sql, StatementError, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { SchemaStep } from './schema-step.js';
import type { TableDefinition } from './table-definition.js';

/** The tables that the tenant has of its own, by name. */
export async function listDefinitions(tx: Transaction): Promise<TableDefinition[]> {
  const rows = await tx.query<{ definition: TableDefinition }>(
    sql`select definition from data.table_definition where tenant_id = ${tx.tenantId} order by name`,
  );
  return rows.map(({ definition }) => definition);
}

export async function saveDefinition(tx: Transaction, definition: TableDefinition): Promise<void> {
  await tx.execute(sql`
    insert into data.table_definition (tenant_id, name, definition)
    values (${tx.tenantId}, ${definition.name}, ${JSON.stringify(definition)})
    on conflict (tenant_id, name) do update set definition = excluded.definition`);
}

export async function deleteDefinition(tx: Transaction, name: string): Promise<void> {
  await tx.execute(sql`delete from data.table_definition where tenant_id = ${tx.tenantId} and name = ${name}`);
}

/** Runs DDL in the tenant's own schema. @throws Fault for what the rows that are there do not allow */
export async function alterSchema(tx: Transaction, steps: readonly SchemaStep[]): Promise<void> {
  await tx.query(sql`select data.alter_schema(${JSON.stringify(steps)}::jsonb)`).catch(explainRefusal);
}

/** Runs DDL on the shared tables of the pool. @throws Fault as `alterSchema` */
export async function alterPool(tx: Transaction, steps: readonly SchemaStep[]): Promise<void> {
  await tx.query(sql`select data.alter_pool(${JSON.stringify(steps)}::jsonb)`).catch(explainRefusal);
}

const explanations: Readonly<Record<string, string>> = {
  '23502': 'There are rows already: give the column a default, or let it be empty',
  '23503': 'There are rows that do not obey this foreign key',
  '23505': 'There are rows that have the same value',
  '42P07': 'The name is taken by a table or an index',
  '42710': 'The name is taken',
  '54000': 'Postgres can not hold a table this wide',
  '54011': 'Postgres can not hold this many columns',
  '2BP01': 'Something else depends on it',
};

/** Definitions are checked before, so what Postgres refuses is about the rows or names that are there. */
function explainRefusal(error: unknown): never {
  const cause = error instanceof Fault ? error.cause : error;
  const sqlstate = cause instanceof StatementError ? cause.sqlstate : '';
  const detail = explanations[sqlstate];
  if (detail !== undefined) {
    throw new Fault('conflict', { detail, extra: { sqlstate }, cause });
  }
  if (sqlstate.startsWith('22')) {
    throw new Fault('invalid-input', {
      detail: 'A default is not a value of its column’s type',
      extra: { sqlstate },
      cause,
    });
  }
  throw error;
}
