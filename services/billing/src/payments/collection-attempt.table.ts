import { sql, type Transaction } from '@tenantry/database';
import type { InvoiceName } from '../invoices/invoice-book.js';
import type { Invoice } from '../invoices/invoice.js';
import type { Rows } from '../plans/plan.table.js';

/**
 * Open invoices that are to be collected by themselves now, the longest waiting first: of tenants that want it, and of the mode that the
 * provider is in, so that nobody pays for what was only tried out, and nothing is paid with money that is none.
 */
export async function dueCollections(
  rows: Rows,
  { now, testMode }: { readonly now: Date; readonly testMode: boolean },
  limit: number,
): Promise<InvoiceName[]> {
  return rows.query<InvoiceName>(sql`select i.tenant_id as "tenantId", i.id as "invoiceId"
    from billing.invoice i left join billing.collection_terms c on c.tenant_id = i.tenant_id
    where i.collect_at <= ${now} and i.status = 'open' and i.test_mode = ${testMode} and coalesce(c.automatic, true)
    order by i.collect_at limit ${limit}`);
}

/** Has an invoice collected again when a day begins in its time zone; null for never. The caller holds the book's lock. */
export async function collectAgain(tx: Transaction, invoice: Invoice, day: string | null): Promise<void> {
  const { tenantId, id, timeZone } = invoice;
  await tx.execute(sql`update billing.invoice set collect_at = ${day}::timestamp at time zone ${timeZone}
    where tenant_id = ${tenantId} and id = ${id}`);
}
