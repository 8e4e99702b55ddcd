import { sql, type RowChange, type Transaction } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';
import { stepName, type Dunning, type Overdue } from './dunning.js';

const START: Dunning = { step: 0, steppedOn: '1970-01-01' };

/** How far a tenant has been warned. */
export async function findDunning(rows: Rows, tenantId: string): Promise<Dunning> {
  const [found] = await rows.query<Dunning>(
    sql`select step, stepped_on::text as "steppedOn" from billing.dunning where tenant_id = ${tenantId}`,
  );
  return found ?? START;
}

/** The oldest invoice of a tenant that is open, not yet paid or credited, and due before a day; null when there is none. */
export async function oldestOverdue(rows: Rows, tenantId: string, today: string): Promise<Overdue | null> {
  const [found] = await rows.query<Overdue>(sql`
    select id as "invoiceId", number, currency, total_nanos - credited_nanos as "dueNanos", due_on::text as "dueOn",
      collect_at as "collectAt" from billing.invoice
    where tenant_id = ${tenantId} and status = 'open' and due_on < ${today}::date and total_nanos > credited_nanos
    order by due_on, number limit 1`);
  return found ?? null;
}

/** The tenants that have an invoice which was due before a day anywhere, or were warned; `afterId` continues after that tenant. */
export async function tenantsToDun(rows: Rows, today: Date, afterId: string | null, limit: number): Promise<string[]> {
  const after = sql`(${afterId}::uuid is null or tenant_id > ${afterId})`;
  const found = await rows.query<{ tenantId: string }>(sql`
    select tenant_id as "tenantId" from (
      (select distinct tenant_id from billing.invoice
       where status = 'open' and due_on <= (${today}::timestamptz at time zone 'UTC')::date and ${after} order by tenant_id limit ${limit})
      union (select tenant_id from billing.dunning where step > 0 and ${after} order by tenant_id limit ${limit})
    ) found order by tenant_id limit ${limit}`);
  return found.map(({ tenantId }) => tenantId);
}

/** The caller holds the lock of the tenant's invoice book. */
export async function saveDunning(tx: Transaction, tenantId: string, dunning: Dunning, now: Date): Promise<void> {
  await tx.execute(sql`insert into billing.dunning (tenant_id, step, stepped_on, updated_at)
    values (${tenantId}, ${dunning.step}, ${dunning.steppedOn}, ${now})
    on conflict (tenant_id) do update
    set step = excluded.step, stepped_on = excluded.stepped_on, updated_at = excluded.updated_at`);
}

/** A step as the audit log records it. */
export function dunningChanges(tenantId: string, before: Dunning, after: Dunning): RowChange[] {
  const change = { resource: 'dunning', id: tenantId, action: 'update' } as const;
  return [{ ...change, old: { step: stepName(before) }, new: { step: stepName(after) } }];
}
