import type { OrganizationBilling as Message } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import { invoiceColumns, lineColumns } from '../invoices/invoice.table.js';
import type { InvoiceName } from '../invoices/invoice-book.js';
import type { Invoice, InvoiceLine } from '../invoices/invoice.js';
import type { Rows } from '../plans/plan.table.js';
import type { OrganizationBilling, Payer } from './organization-billing.js';

const columns = sql`organization_id as "organizationId", paying_tenant_id as "payingTenantId", updated_at as "changedAt"`;

/** Who pays for an organization; nobody until it was said. */
export async function findOrganizationBilling(rows: Rows, organizationId: string): Promise<OrganizationBilling> {
  const [found] = await rows.query<OrganizationBilling>(
    sql`select ${columns} from billing.organization_billing where organization_id = ${organizationId}`,
  );
  return found ?? { organizationId, payingTenantId: null, changedAt: null };
}

/** As `findOrganizationBilling`, and nobody changes it, or takes one of its numbers, until the commit. */
export async function lockOrganizationBilling(
  tx: Transaction,
  organizationId: string,
  now: Date,
): Promise<OrganizationBilling> {
  const row = await tx.one<OrganizationBilling>(sql`
    insert into billing.organization_billing as known (organization_id, updated_at) values (${organizationId}, ${now})
    on conflict (organization_id) do update set last_number = known.last_number returning ${columns}`);
  return row!;
}

/** As `findOrganizationBilling`, and nobody changes it until the commit. */
export async function shareOrganizationBilling(tx: Transaction, organizationId: string): Promise<Payer | undefined> {
  const billing = await tx.one<OrganizationBilling>(sql`select ${columns} from billing.organization_billing
    where organization_id = ${organizationId} for share`);
  const payingTenantId = billing?.payingTenantId;
  return payingTenantId ? { organizationId, payingTenantId } : undefined;
}

/** The organization that a tenant pays for. */
export async function findPaidBy(rows: Rows, payingTenantId: string): Promise<Payer | undefined> {
  const [payer] = await rows.query<Payer>(
    sql`select ${columns} from billing.organization_billing where paying_tenant_id = ${payingTenantId}`,
  );
  return payer;
}

/** The caller holds the organization's lock. */
export async function saveOrganizationBilling(tx: Transaction, billing: OrganizationBilling): Promise<void> {
  const { organizationId, payingTenantId, changedAt } = billing;
  await tx.execute(sql`update billing.organization_billing set paying_tenant_id = ${payingTenantId}, updated_at = ${changedAt}
    where organization_id = ${organizationId}`);
}

/** The organization's next number; taken if and only if the transaction commits. The caller holds the organization's lock. */
export async function nextOrganizationNumber(tx: Transaction, organizationId: string): Promise<bigint> {
  const row = await tx.one<{ number: bigint }>(sql`update billing.organization_billing set last_number = last_number + 1
    where organization_id = ${organizationId} returning last_number as number`);
  return row!.number;
}

/** Organizations that have parts waiting and somebody who pays. */
export async function organizationsToGather(rows: Rows, afterId: string | null, limit: number): Promise<Payer[]> {
  return rows.query<Payer>(sql`select ${columns} from billing.organization_billing b
    where paying_tenant_id is not null and (${afterId}::uuid is null or organization_id > ${afterId})
      and exists (select from billing.invoice i where i.part_of = b.organization_id and i.status = 'gathered' and i.gathered_in is null)
    order by organization_id limit ${limit}`);
}

/** Whether one of some tenants was not billed yet for the time before a day. */
export async function isAnyBehind(rows: Rows, tenantIds: readonly string[], day: string): Promise<boolean> {
  const found =
    await rows.query(sql`select s.tenant_id from billing.subscription s left join billing.invoice_book b using (tenant_id)
    where s.tenant_id = any (${tenantIds}) and coalesce(b.invoiced_until, s.started_at::date) < ${day}::date limit 1`);
  return found.length > 0;
}

/** Parts of one currency that wait, by tenant; nobody else gathers them until the commit. */
export async function lockWaitingParts(tx: Transaction, organizationId: string, limit: number): Promise<Invoice[]> {
  return tx.query<Invoice>(sql`select ${invoiceColumns} from billing.invoice i
    where i.part_of = ${organizationId} and i.status = 'gathered' and i.gathered_in is null and i.currency = (
      select min(w.currency) from billing.invoice w where w.part_of = ${organizationId} and w.status = 'gathered' and w.gathered_in is null)
    order by i.tenant_id, i.starts_on limit ${limit} for update of i`);
}

/** The lines of parts, in the order in which an invoice has them. */
export async function linesOfParts(
  rows: Rows,
  parts: readonly Invoice[],
): Promise<(InvoiceLine & { readonly invoiceId: string })[]> {
  const [tenantIds, ids] = [parts.map(({ tenantId }) => tenantId), parts.map(({ id }) => id)];
  return rows.query(sql`select ${lineColumns}, l.invoice_id as "invoiceId" from billing.invoice_line l
    where (l.tenant_id, l.invoice_id) in (select * from unnest(${tenantIds}::uuid[], ${ids}::uuid[]))
    order by l.kind, l.meter_key, l.meter_id, l.starts_on`);
}

/** Notes on which invoice parts are. */
export async function putInto(tx: Transaction, parts: readonly Invoice[], wholeId: string): Promise<void> {
  const [tenantIds, ids] = [parts.map(({ tenantId }) => tenantId), parts.map(({ id }) => id)];
  await tx.execute(sql`update billing.invoice set gathered_in = ${wholeId}
    where (tenant_id, id) in (select * from unnest(${tenantIds}::uuid[], ${ids}::uuid[]))`);
}

/** Takes back the parts of an organization's invoice; answers which they were. */
export async function voidParts(tx: Transaction, { id }: Invoice, now: Date): Promise<InvoiceName[]> {
  return tx.query<InvoiceName>(sql`update billing.invoice set status = 'void', closed_at = ${now} where gathered_in = ${id}
    returning tenant_id as "tenantId", id as "invoiceId"`);
}

/** An organization's invoices that a tenant pays, the newest first; `beforeId` continues after the invoice with that id. */
export async function listWholes(
  rows: Rows,
  payingTenantId: string,
  beforeId: string | null,
  limit: number,
): Promise<Invoice[]> {
  return rows.query<Invoice>(sql`select ${invoiceColumns} from billing.invoice i
    where i.tenant_id = ${payingTenantId} and i.organization_id is not null and (${beforeId}::uuid is null or i.id < ${beforeId})
    order by i.id desc limit ${limit}`);
}

export function toMessage(billing: OrganizationBilling): Message {
  return { ...billing };
}
