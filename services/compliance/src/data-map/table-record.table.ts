import { sql, type Sql, type Transaction } from '@tenantry/database';
import type { Classes, TableRecord } from './data-map.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`table_name as "table", people, purpose, legal_basis as "legalBasis", recipients, retention,
  erase_action as "eraseAction", keep_reason as "keepReason"`;

/** What the tenant says of these tables, by name. */
export async function findRecords(rows: Rows, tables: readonly string[]): Promise<ReadonlyMap<string, TableRecord>> {
  const found = await rows.query<TableRecord>(
    sql`select ${columns} from compliance.table_record where table_name = any(${[...tables]}::text[])`,
  );
  return new Map(found.map((record) => [record.table, record]));
}

/** How sensitive columns of services' own tables are, by `table.column`. */
export async function findClasses(rows: Rows, tables: readonly string[]): Promise<Classes> {
  const found = await rows.query<{ column: string; class: string }>(sql`
    select table_name || '.' || column_name as "column", class from platform.column_class where table_name = any(${[...tables]}::text[])`);
  return new Map(found.map((one) => [one.column, one.class]));
}

export async function saveRecord(tx: Transaction, record: TableRecord, now: Date): Promise<void> {
  const { table, people, purpose, legalBasis, recipients, retention, eraseAction, keepReason } = record;
  await tx.execute(sql`
    insert into compliance.table_record (tenant_id, table_name, people, purpose, legal_basis, recipients, retention, erase_action, keep_reason, set_at)
    values (${tx.tenantId}, ${table}, ${people}, ${purpose}, ${legalBasis}, ${[...recipients]}::text[], ${retention}, ${eraseAction}, ${keepReason}, ${now})
    on conflict (tenant_id, table_name) do update set people = excluded.people, purpose = excluded.purpose, legal_basis = excluded.legal_basis,
      recipients = excluded.recipients, retention = excluded.retention, erase_action = excluded.erase_action,
      keep_reason = excluded.keep_reason, set_at = excluded.set_at`);
}
