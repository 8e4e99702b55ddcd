import { sql } from '@tenantry/database';
import type { InvoiceLine } from '../invoices/invoice.js';
import { lineColumns } from '../invoices/invoice.table.js';
import type { Rows } from '../plans/plan.table.js';

/** A line with what is to be known of its invoice. */
export interface ExportedLine extends InvoiceLine {
  readonly invoiceId: string;
  /** Null on a part of an organization's invoice. */
  readonly number: bigint | null;
  readonly status: string;
  readonly currency: string;
  readonly openedAt: Date;
  readonly dueOn: string | null;
}

/** The lines of final invoices that were opened since a moment, the newest invoice first; `after` is the last one given. */
export async function linesBefore(
  rows: Rows,
  from: Date | null,
  after: ExportedLine | null,
  limit: number,
): Promise<ExportedLine[]> {
  return rows.query<ExportedLine>(sql`
    select ${lineColumns}, i.id as "invoiceId", i.number, i.status, i.currency, i.opened_at as "openedAt", i.due_on::text as "dueOn"
    from billing.invoice i join billing.invoice_line l on l.tenant_id = i.tenant_id and l.invoice_id = i.id
    where i.opened_at is not null and (${from}::timestamptz is null or i.opened_at >= ${from})
      and (${after === null} or (i.id, l.id) < (${after?.invoiceId ?? null}::uuid, ${after?.id ?? null}::uuid))
    order by i.id desc, l.id desc limit ${limit}`);
}
