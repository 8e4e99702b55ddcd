import { sql, type Job, type Transaction } from '@tenantry/database';
import type { ActionSchema } from './action-schema.js';

const columns = sql`action, version, schema, registered_at as "registeredAt"`;

/** A version of an action's schema, or the latest; undefined when there is none. */
export async function findSchema(
  rows: Pick<Job, 'query'>,
  action: string,
  version: number | null = null,
): Promise<ActionSchema | undefined> {
  const which = version === null ? sql`true` : sql`version = ${version}`;
  const found = await rows.query<ActionSchema>(
    sql`select ${columns} from audit.action_schema where action = ${action} and ${which} order by version desc limit 1`,
  );
  return found[0];
}

/** The latest of every action. */
export async function latestSchemas(rows: Pick<Job, 'query'>): Promise<ActionSchema[]> {
  return rows.query<ActionSchema>(
    sql`select distinct on (action) ${columns} from audit.action_schema order by action, version desc`,
  );
}

/** How many actions have a schema. */
export async function countActions(tx: Transaction): Promise<number> {
  const counted = await tx.one<{ actions: bigint }>(
    sql`select count(distinct action) as actions from audit.action_schema`,
  );
  return Number(counted!.actions);
}

/** Lets one version of an action be registered after the other. */
export async function lockAction(tx: Transaction, action: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('audit.action_schema ' || ${action}, 0))`);
}

/** Whether two schemas are the same, whatever the order of their members. */
export async function isSameSchema(tx: Transaction, one: object, other: object): Promise<boolean> {
  const compared = await tx.one<{ same: boolean }>(
    sql`select ${JSON.stringify(one)}::jsonb = ${JSON.stringify(other)}::jsonb as same`,
  );
  return compared!.same;
}

export async function insertSchema(
  tx: Transaction,
  { action, version, schema, registeredAt }: ActionSchema,
): Promise<void> {
  await tx.execute(sql`insert into audit.action_schema (action, version, schema, registered_at)
    values (${action}, ${version}, ${JSON.stringify(schema)}::jsonb, ${registeredAt})`);
}
