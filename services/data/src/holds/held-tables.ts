import { sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { TableSpace } from '../spaces/table-space.js';
import type { TableChange } from '../tables/table-change.js';
import { conditionOrAll } from './row-hold.js';
import { rowHoldsInForce } from './row-hold.table.js';

/** What takes rows or values away, or the links by which a person's rows are found. */
const TAKES_AWAY: ReadonlySet<TableChange['change']> = new Set(['dropped', 'column_dropped', 'foreign_key_dropped']);

/** @throws Fault `rows-held` when a change of a tenant's table would take away what a legal hold holds */
export async function assertTableNotHeld(
  tx: Transaction,
  space: TableSpace,
  { change, table: name }: TableChange,
): Promise<void> {
  const table = space.table(name);
  if (!TAKES_AWAY.has(change) || !table) return;
  const holds = await rowHoldsInForce(tx);
  const hold = holds.find((one) => conditionOrAll(space, one, table) !== null);
  if (hold) throw tableHeld(name, { hold: hold.id });
}

/** The same of a product table, for all tenants; a person's rows can be in any table. @throws Fault `rows-held` */
export async function assertProductTableNotHeld(tx: Transaction, { change, table }: TableChange): Promise<void> {
  if (!TAKES_AWAY.has(change)) return;
  const holders = await tx.query<{ tenant: string }>(sql`
    select distinct tenant_id as tenant from data.row_hold
    where released_at is null and (confirmed_at is not null or held_at > now() - interval '1 day')
      and (table_name = ${table} or subject_key is not null)
    order by 1 limit 20`);
  if (holders.length > 0) throw tableHeld(table, { tenants: holders.map(({ tenant }) => tenant) });
}

function tableHeld(table: string, extra: Readonly<Record<string, unknown>>): Fault {
  const detail = `Rows of ${table} are under a legal hold, so nothing of the table can be dropped until it is released`;
  return new Fault('rows-held', { field: 'table', detail, extra });
}
