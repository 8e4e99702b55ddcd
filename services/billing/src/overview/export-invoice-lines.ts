import { Controller } from '@nestjs/common';
import { exportInvoiceLines, Reply, type ExportInvoiceLinesRequest } from '@tenantry/contracts';
import { TenantDatabase, type Sql } from '@tenantry/database';
import { csvLine, formatNanos, type TenantContext } from '@tenantry/kernel';
import { Handles } from '@tenantry/messaging';
import type { Rows } from '../plans/plan.table.js';
import { linesBefore, type ExportedLine } from './export.table.js';

const BATCH_LINES = 500;

const columns: Readonly<Record<string, (line: ExportedLine) => unknown>> = {
  invoiceNumber: (line) => line.number,
  invoiceStatus: (line) => line.status,
  openedAt: (line) => line.openedAt.toISOString(),
  dueOn: (line) => line.dueOn,
  currency: (line) => line.currency,
  kind: (line) => line.kind,
  meter: (line) => line.meterKey,
  planId: (line) => line.planId,
  planVersion: (line) => line.planVersion,
  from: (line) => line.from,
  to: (line) => line.to,
  quantity: (line) => line.quantity,
  unitPrice: (line) => formatNanos(line.unitPriceNanos),
  amount: (line) => formatNanos(line.amountNanos),
  invoiceId: (line) => line.invoiceId,
  lineId: (line) => line.id,
};
const readers = Object.values(columns);

/** Exports the lines of a tenant's invoices, a batch at a time: no statement stays open at the client's speed. */
@Controller()
export class ExportInvoiceLines {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(exportInvoiceLines)
  handle({ from }: ExportInvoiceLinesRequest, ctx: TenantContext): Reply<AsyncIterable<Uint8Array>> {
    const rows = { query: <T extends object>(statement: Sql) => this.tenants.query<T>(ctx, statement) };
    return new Reply<AsyncIterable<Uint8Array>>(bodyOf(rows, from ?? null), {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="invoice-lines.csv"`,
      },
    });
  }
}

async function* bodyOf(rows: Rows, from: Date | null): AsyncGenerator<Uint8Array> {
  yield Buffer.from(csvLine(Object.keys(columns)));
  for (let last: ExportedLine | null = null; ;) {
    const lines: ExportedLine[] = await linesBefore(rows, from, last, BATCH_LINES);
    yield Buffer.from(lines.map((line) => csvLine(readers.map((read) => read(line)))).join(''));
    if (lines.length < BATCH_LINES) return;
    last = lines.at(-1)!;
  }
}
