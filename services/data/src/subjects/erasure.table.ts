import { identifier, join, raw, sql, type Sql, type Transaction } from '@tenantry/database';
import type { TableSpace } from '../spaces/table-space.js';
import { parseColumnType } from '../tables/column-type.js';
import type { ColumnDefinition } from '../tables/table-definition.js';
import { type PlaceStatements, target } from './place-statements.js';
import { isPersonal, type Mention, type OwnPlace } from './subject-walk.js';

/** What an erasure did in one table. */
export interface ErasedPlace {
  readonly table: string;
  readonly action: string;
  readonly rows: number;
}

/** An erasure that was done. */
export interface ErasureReceipt {
  readonly requestId: string;
  readonly places: readonly ErasedPlace[];
  /** How many rows changed in all, also by foreign keys' own actions. */
  readonly rows: bigint;
  readonly erasedAt: Date;
  /** Whose keys are still to be destroyed; null once they are. */
  readonly keyHolders: readonly Uint8Array[] | null;
  /** Ids of the first of them. */
  readonly keysDestroyed: readonly string[] | null;
  readonly keyCount: bigint;
}

/** Lets one transaction at a time work on an erasure. */
export async function lockErasure(tx: Transaction, erasureId: string): Promise<void> {
  await tx.query(sql`select pg_advisory_xact_lock(hashtextextended(${`${tx.tenantId} ${erasureId}`}, 0))`);
}

/** What was done before under this id. */
export function receiptOf(tenantId: string, erasureId: string): Sql {
  return sql`
    select request_id as "requestId", places, rows, erased_at as "erasedAt", key_holders as "keyHolders",
      keys_destroyed as "keysDestroyed", key_count as "keyCount"
    from data.subject_erasure
    where tenant_id = ${tenantId} and erasure_id = ${erasureId}`;
}

export async function insertReceipt(tx: Transaction, erasureId: string, receipt: ErasureReceipt): Promise<void> {
  await tx.execute(sql`
    insert into data.subject_erasure (tenant_id, erasure_id, request_id, places, rows, erased_at, key_holders)
    values (${tx.tenantId}, ${erasureId}, ${receipt.requestId}, ${JSON.stringify(receipt.places)}, ${receipt.rows}, ${receipt.erasedAt},
      ${receipt.keyHolders}::bytea[])`);
}

/** The keys are gone, and nothing says any more whose they were. */
export async function keepDestroyed(
  tx: Transaction,
  erasureId: string,
  { keysDestroyed, keyCount }: Pick<ErasureReceipt, 'keysDestroyed' | 'keyCount'>,
): Promise<void> {
  await tx.execute(sql`
    update data.subject_erasure
    set key_holders = null, keys_destroyed = ${keysDestroyed}::uuid[], key_count = ${keyCount}
    where tenant_id = ${tx.tenantId} and erasure_id = ${erasureId}`);
}

/** From here on the transaction touches rows under the tenant's role; answers which version of the tables Postgres sees. */
export async function enterSpace(tx: Transaction, { role }: TableSpace): Promise<bigint> {
  const found = await tx.one<{ version: bigint }>(sql`
    select version, set_config('role', ${role}, true), set_config('app.actor_role', 'service', true) from data.space`);
  return found!.version;
}

/** What the transaction does from here on is the service's own work. */
export async function leaveSpace(tx: Transaction): Promise<void> {
  await tx.query(sql`select set_config('role', 'none', true)`);
}

/** How many rows of others refer to the person's rows; they are locked until the commit. */
export async function countMentions(tx: Transaction, statements: PlaceStatements, mention: Mention): Promise<number> {
  return tx.execute(sql`${statements.with([mention.key.table])}
    select from ${target(mention.table)} t where ${statements.refers(mention)} for update of t`);
}

/** Empties the columns by which rows of others refer to the person's rows. */
export async function unlinkMentions(tx: Transaction, statements: PlaceStatements, mention: Mention): Promise<number> {
  return tx.execute(sql`${statements.with([mention.key.table])}
    update ${target(mention.table)} t set ${emptied(mention.key.columns)} where ${statements.refers(mention)}`);
}

/** Empties the columns that name the person. A row that names somebody else as well keeps them. */
export async function unlinkRows(tx: Transaction, { table, direct }: OwnPlace): Promise<number> {
  const sets = direct.map(({ column, values }) => {
    const isNamed = sql`${identifier('t', column)} = any(${[...values]}::${raw(typeOf(table.definition.columns, column))}[])`;
    return {
      set: sql`${identifier(column)} = case when ${isNamed} then null else ${identifier('t', column)} end`,
      isNamed,
    };
  });
  return tx.execute(sql`update ${target(table)} t set ${join(
    sets.map(({ set }) => set),
    ', ',
  )}
    where ${join(
      sets.map(({ isNamed }) => isNamed),
      ' or ',
    )}`);
}

/** Takes every classified value out of the rows; what can't be empty becomes something that was never anybody's. */
export async function maskRows(tx: Transaction, statements: PlaceStatements, { table }: OwnPlace): Promise<number> {
  const { definition } = table;
  const masked = definition.columns.filter(
    (column) => isPersonal(column) && !definition.primaryKey.includes(column.name),
  );
  if (masked.length === 0) return 0;
  const sets = masked.map((column) => sql`${identifier(column.name)} = ${maskOf(column)}`);
  return tx.execute(sql`${statements.with([definition.name])}
    update ${target(table)} t set ${join(sets, ', ')} where ${statements.isOwn(definition.name)}`);
}

export async function deleteOwnRows(
  tx: Transaction,
  statements: PlaceStatements,
  { table }: OwnPlace,
): Promise<number> {
  return tx.execute(sql`${statements.with([table.definition.name])}
    delete from ${target(table)} t where ${statements.isOwn(table.definition.name)}`);
}

function emptied(columns: readonly string[]): Sql {
  return join(
    columns.map((name) => sql`${identifier(name)} = null`),
    ', ',
  );
}

function typeOf(columns: readonly ColumnDefinition[], name: string): string {
  return parseColumnType(columns.find((column) => column.name === name)!.type).sql;
}

/** Random where a value has to be there: nothing leads from it to the person (EDPB, Guidelines 01/2025 on pseudonymisation). */
function maskOf({ type, nullable }: ColumnDefinition): Sql {
  if (nullable) return raw('null');
  const { sql: stored, family, array } = parseColumnType(type);
  const value = array ? `'{}'` : MASKS[family];
  return raw(`(${value})::${stored}`);
}

const MASKS: Readonly<Record<ReturnType<typeof parseColumnType>['family'], string>> = {
  text: `replace(gen_random_uuid()::text, '-', '')`,
  integer: '0',
  decimal: '0',
  boolean: 'false',
  date: `'0001-01-01'`,
  time: `'00:00'`,
  timestamp: `'0001-01-01'`,
  interval: `'0'`,
  uuid: 'gen_random_uuid()',
  json: `'{}'`,
  inet: `'0.0.0.0'`,
};
