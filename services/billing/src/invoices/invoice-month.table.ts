import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';
import type { Period } from './period.js';

/** Until which day a tenant was billed by itself; null when it never was. */
export async function findInvoicedUntil(rows: Rows, tenantId: string): Promise<string | null> {
  const [book] = await rows.query<{ until: string | null }>(
    sql`select invoiced_until::text as until from billing.invoice_book where tenant_id = ${tenantId}`,
  );
  return book?.until ?? null;
}

/** The caller holds the book's lock. */
export async function saveInvoicedUntil(tx: Transaction, tenantId: string, day: string): Promise<void> {
  await tx.execute(sql`update billing.invoice_book set invoiced_until = ${day} where tenant_id = ${tenantId}`);
}

/** The first of a tenant's invoices that has a day of a period; undefined when none has. */
export async function billedWithin(rows: Rows, tenantId: string, { from, to }: Period): Promise<Period | undefined> {
  const [billed] = await rows.query<Period>(sql`
    select starts_on::text as "from", ends_on::text as "to" from billing.invoice
    where tenant_id = ${tenantId} and status <> 'void' and organization_id is null
      and ends_on > ${from}::date and starts_on < ${to}::date
    order by starts_on limit 1`);
  return billed;
}

/** Tenants with a plan that were not billed for a month that is over somewhere; `afterId` continues after that tenant. */
export async function tenantsToInvoice(
  rows: Rows,
  month: string,
  afterId: string | null,
  limit: number,
): Promise<string[]> {
  const found = await rows.query<{ tenantId: string }>(sql`
    select s.tenant_id as "tenantId" from billing.subscription s left join billing.invoice_book b using (tenant_id)
    where (${afterId}::uuid is null or s.tenant_id > ${afterId}) and coalesce(b.invoiced_until, s.started_at::date - 1) < ${month}::date
    order by s.tenant_id limit ${limit}`);
  return found.map(({ tenantId }) => tenantId);
}
