import type {
  CreditNote as CreditNoteMessage,
  Invoice as InvoiceMessage,
  InvoiceLine as LineMessage,
} from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import { percentOf } from '../profiles/billing-profile.js';
import { dueNanos, type CreditNote, type Invoice, type InvoiceLine } from './invoice.js';

/** What an invoice `i` says. */
export const invoiceColumns = sql`i.id, i.tenant_id as "tenantId", i.number, i.status, i.starts_on::text as "from", i.ends_on::text as "to",
  i.billed_from::text as "billedFrom", i.time_zone as "timeZone", i.currency, i.plan_id as "planId", i.plan_version as "planVersion",
  i.total_nanos as "totalNanos", i.tax_nanos as "taxNanos", i.tax_name as "taxName", i.tax_rate_ppm as "taxRatePpm",
  i.reverse_charge as "isReverseCharge", i.parties, i.due_days as "dueDays", i.due_on::text as "dueOn", i.credited_nanos as "creditedNanos", i.created_at as "createdAt", i.opened_at as "openedAt",
  i.closed_at as "closedAt", i.collect_at as "collectAt", i.collections, i.test_mode as "testMode",
  i.part_of as "partOf", i.gathered_in as "gatheredIn", i.organization_id as "organizationId"`;

/** Nobody else draws up, changes or numbers an invoice of the tenant until the commit. */
export async function lockBook(tx: Transaction, tenantId: string): Promise<void> {
  await tx.execute(sql`insert into billing.invoice_book as book (tenant_id) values (${tenantId})
    on conflict (tenant_id) do update set last_number = book.last_number`);
}

/** The tenant's next number; taken if and only if the transaction commits. The caller holds the book's lock. */
export async function nextNumber(tx: Transaction, tenantId: string): Promise<bigint> {
  const row = await tx.one<{ number: bigint }>(sql`update billing.invoice_book set last_number = last_number + 1
    where tenant_id = ${tenantId} returning last_number as number`);
  return row!.number;
}

/** As `nextNumber`, for credit notes. */
export async function nextCreditNoteNumber(tx: Transaction, tenantId: string): Promise<bigint> {
  const row = await tx.one<{ number: bigint }>(sql`update billing.invoice_book
    set last_credit_note_number = last_credit_note_number + 1
    where tenant_id = ${tenantId} returning last_credit_note_number as number`);
  return row!.number;
}

/** @throws Fault `conflict` when a day of the invoice is on another. The caller holds the book's lock. */
export async function assertUnbilled(
  rows: Rows,
  { tenantId, from, to }: Pick<Invoice, 'tenantId' | 'from' | 'to'>,
): Promise<void> {
  const [other] = await rows.query<{ from: string; to: string }>(sql`
    select starts_on::text as "from", ends_on::text as "to" from billing.invoice
    where tenant_id = ${tenantId} and status <> 'void' and organization_id is null
      and ends_on > ${from}::date and starts_on < ${to}::date limit 1`);
  if (!other) return;
  const detail = `The days from ${other.from} to ${other.to} are on an invoice; void it, or take others`;
  throw new Fault('conflict', { field: 'from', detail });
}

/** An invoice of a tenant. @throws Fault `not-found` */
export async function findInvoice(rows: Rows, tenantId: string, id: string): Promise<Invoice> {
  const [invoice] = await rows.query<Invoice>(
    sql`select ${invoiceColumns} from billing.invoice i where i.tenant_id = ${tenantId} and i.id = ${id}`,
  );
  if (!invoice) throw new Fault('not-found');
  return invoice;
}

/** Which invoices a list has; `beforeId` continues after the invoice with that id. */
export interface InvoiceFilter {
  readonly tenantId: string;
  readonly withDrafts: boolean;
  readonly beforeId: string | null;
}

/** The newest first. */
export async function listInvoiceRows(rows: Rows, filter: InvoiceFilter, limit: number): Promise<Invoice[]> {
  const { tenantId, withDrafts, beforeId } = filter;
  return rows.query<Invoice>(sql`select ${invoiceColumns} from billing.invoice i
    where i.tenant_id = ${tenantId} and (${withDrafts} or i.opened_at is not null) and (${beforeId}::uuid is null or i.id < ${beforeId})
    order by i.id desc limit ${limit}`);
}

/** What a line `l` says. */
export const lineColumns = sql`l.id, l.kind, l.meter_id as "meterId", l.meter_key as "meterKey", l.quantity::text as quantity,
  l.unit_price_nanos as "unitPriceNanos", l.amount_nanos as "amountNanos", l.starts_on::text as "from", l.ends_on::text as "to",
  l.plan_id as "planId", l.plan_version as "planVersion", l.of_days as "ofDays", l.counted_in::text as "countedIn",
  l.for_tenant_id as "forTenantId", l.for_tenant_name as "forTenantName"`;

/** What an invoice charges for: plans' prices first, then the meters by key, each by its days; tax is last. */
export async function findLines(rows: Rows, { tenantId, id }: Invoice): Promise<InvoiceLine[]> {
  return rows.query<InvoiceLine>(sql`select ${lineColumns} from billing.invoice_line l
    where l.tenant_id = ${tenantId} and l.invoice_id = ${id} order by l.kind = 'tax', l.for_tenant_name, l.for_tenant_id, l.kind, l.meter_key, l.meter_id, l.starts_on`);
}

/** What was taken from an invoice, the first first. */
export async function findCreditNotes(rows: Rows, { tenantId, id }: Invoice): Promise<CreditNote[]> {
  return rows.query<CreditNote>(sql`select id, number, amount_nanos as "amountNanos", tax_nanos as "taxNanos", reason,
      rerated_to as "reratedTo", created_at as "createdAt"
    from billing.credit_note where tenant_id = ${tenantId} and invoice_id = ${id} order by number`);
}

export async function insertInvoice(tx: Transaction, invoice: Invoice, lines: readonly InvoiceLine[]): Promise<void> {
  const { id, tenantId, status, from, to, timeZone, currency, planId, planVersion, totalNanos, createdAt } = invoice;
  const each = <T>(value: (line: InvoiceLine) => T): T[] => lines.map(value);
  await tx.execute(sql`
    insert into billing.invoice (tenant_id, id, status, starts_on, ends_on, billed_from, time_zone, currency, plan_id, plan_version,
      total_nanos, tax_nanos, tax_name, tax_rate_ppm, reverse_charge, parties, due_days, created_at, test_mode,
      part_of, organization_id)
    values (${tenantId}, ${id}, ${status}, ${from}, ${to}, ${invoice.billedFrom}, ${timeZone}, ${currency}, ${planId}, ${planVersion},
      ${totalNanos}, ${invoice.taxNanos}, ${invoice.taxName}, ${invoice.taxRatePpm}, ${invoice.isReverseCharge}, ${invoice.parties},
      ${invoice.dueDays}, ${createdAt}, ${invoice.testMode}, ${invoice.partOf}, ${invoice.organizationId})`);
  await tx.execute(sql`
    insert into billing.invoice_line (tenant_id, invoice_id, id, kind, meter_id, meter_key, quantity, unit_price_nanos, amount_nanos,
      starts_on, ends_on, plan_id, plan_version, of_days, counted_in, for_tenant_id, for_tenant_name)
    select ${tenantId}::uuid, ${id}::uuid, line.*
    from unnest(${each((line) => line.id)}::uuid[], ${each((line) => line.kind)}::text[], ${each((line) => line.meterId)}::uuid[],
      ${each((line) => line.meterKey)}::text[], ${each((line) => line.quantity)}::numeric[],
      ${each((line) => line.unitPriceNanos)}::bigint[], ${each((line) => line.amountNanos)}::bigint[],
      ${each((line) => line.from)}::date[], ${each((line) => line.to)}::date[], ${each((line) => line.planId)}::uuid[],
      ${each((line) => line.planVersion)}::integer[], ${each((line) => line.ofDays)}::integer[],
      ${each((line) => line.countedIn)}::pg_snapshot[], ${each((line) => line.forTenantId)}::uuid[],
      ${each((line) => line.forTenantName)}::text[]) line`);
}

/** Saves what has become of an invoice. The caller holds the book's lock. */
export async function saveInvoice(tx: Transaction, invoice: Invoice): Promise<void> {
  const { tenantId, id, number, status, creditedNanos, openedAt, dueOn, closedAt, testMode } = invoice;
  await tx.execute(sql`update billing.invoice
    set number = ${number}, status = ${status}, credited_nanos = ${creditedNanos}, opened_at = ${openedAt}, due_on = ${dueOn},
      closed_at = ${closedAt}, collect_at = ${invoice.collectAt}, collections = ${invoice.collections}, test_mode = ${testMode}
    where tenant_id = ${tenantId} and id = ${id}`);
}

export async function insertCreditNote(tx: Transaction, { tenantId, id }: Invoice, note: CreditNote): Promise<void> {
  await tx.execute(sql`insert into billing.credit_note (tenant_id, invoice_id, id, number, amount_nanos, tax_nanos, reason, rerated_to, created_at)
    values (${tenantId}, ${id}, ${note.id}, ${note.number}, ${note.amountNanos}, ${note.taxNanos}, ${note.reason}, ${note.reratedTo},
      ${note.createdAt})`);
}

/** A change of an invoice as the audit log records it. */
export function invoiceChanges(before: Invoice | null, after: Invoice): RowChange[] {
  const fate = ({ status, number, creditedNanos }: Invoice) => ({
    status,
    number: number === null ? null : String(number),
    credited: formatNanos(creditedNanos),
  });
  const { id, from, to, billedFrom, currency, planId, planVersion, totalNanos, taxNanos } = after;
  if (before) return [{ resource: 'invoice', id, action: 'update', old: fate(before), new: fate(after) }];
  const said = {
    from,
    to,
    billedFrom,
    currency,
    planId,
    planVersion,
    total: formatNanos(totalNanos),
    tax: formatNanos(taxNanos),
  };
  return [{ resource: 'invoice', id, action: 'insert', new: { ...said, ...fate(after) } }];
}

/** A credit note as the audit log records it. */
export function creditNoteChanges({ id: invoiceId }: Invoice, { id, number, ...note }: CreditNote): RowChange[] {
  const values = { invoiceId, number: String(number), amount: formatNanos(note.amountNanos), reason: note.reason };

  return [{ resource: 'credit_note', id, action: 'insert', new: values }];
}

function creditNoteMessage({ amountNanos, taxNanos, ...note }: CreditNote): CreditNoteMessage {
  return { ...note, amount: formatNanos(amountNanos), tax: formatNanos(taxNanos) };
}

export function lineMessage({ unitPriceNanos, amountNanos, ...line }: InvoiceLine): LineMessage {
  const { id, kind, meterId, meterKey, quantity, from, to, planId, planVersion, ofDays } = line;
  const { forTenantId, forTenantName } = line;
  const prices = { unitPrice: formatNanos(unitPriceNanos), amount: formatNanos(amountNanos) };
  return {
    id,
    kind,
    meterId,
    meterKey,
    quantity,
    ...prices,
    from,
    to,
    planId,
    planVersion,
    ofDays,
    forTenantId,
    forTenantName,
  };
}

/** An invoice as an answer; without lines and credit notes as lists have it. */
export function toMessage(
  invoice: Invoice,
  lines: readonly InvoiceLine[] = [],
  notes: readonly CreditNote[] = [],
): InvoiceMessage {
  const { totalNanos, taxNanos, taxRatePpm, isReverseCharge: reverseCharge, creditedNanos, parties, ...said } = invoice;
  const { collectAt: nextCollectionAt, collections: collectionAttempts, ...shown } = said;
  return {
    ...shown,
    ...{ nextCollectionAt, collectionAttempts },
    subtotal: formatNanos(totalNanos - taxNanos),
    tax: formatNanos(taxNanos),
    taxRatePercent: percentOf(taxRatePpm),
    reverseCharge,
    seller: parties?.seller ?? null,
    customer: parties?.customer ?? null,
    total: formatNanos(totalNanos),
    credited: formatNanos(creditedNanos),
    due: formatNanos(dueNanos(invoice)),
    lines: lines.map(lineMessage),
    creditNotes: notes.map(creditNoteMessage),
  };
}
