import { sql } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';

/** What a tenant owes in a currency, in nano-units. */
export interface Owed {
  readonly billedUntil: string | null;
  readonly dueNanos: bigint;
  readonly pastDueNanos: bigint;
}

const due = sql`(i.total_nanos - i.credited_nanos)`;
const owed = sql`coalesce(sum(${due}) filter (where i.status = 'open'), 0)::bigint`;

/** What the tenant of a door owes, and until when its days are on an invoice. */
export async function findOwed(rows: Rows, tenantId: string, currency: string, today: string): Promise<Owed> {
  const [row] = await rows.query<Owed>(sql`
    select max(i.ends_on) filter (where i.opened_at is not null)::text as "billedUntil",
      coalesce(sum(${due}) filter (where i.status = 'open' and i.currency = ${currency}), 0)::bigint as "dueNanos",
      coalesce(sum(${due}) filter (where i.status = 'open' and i.currency = ${currency} and i.due_on < ${today}::date), 0)::bigint as "pastDueNanos"
    from billing.invoice i where i.tenant_id = ${tenantId} and i.status <> 'void'`);
  return row!;
}

/** What all tenants were invoiced and owe, in nano-units. */
export interface Totals {
  readonly invoicedNanos: bigint;
  readonly paidNanos: bigint;
  readonly dueNanos: bigint;
  readonly pastDueNanos: bigint;
}

/** Which invoices count: those in a currency, opened since a moment. */
export interface Since {
  readonly currency: string;
  readonly from: Date;
  /** The day, in UTC, before which an invoice should have been paid. */
  readonly today: string;
}

export async function findTotals(rows: Rows, { currency, from, today }: Since): Promise<Totals> {
  const [row] = await rows.query<Totals>(sql`
    select invoiced as "invoicedNanos", paid as "paidNanos", due as "dueNanos", past_due as "pastDueNanos" from
      (select coalesce(sum(${due}), 0)::bigint as invoiced, coalesce(sum(${due}) filter (where i.status = 'paid'), 0)::bigint as paid
       from billing.invoice i where i.number is not null and i.opened_at >= ${from} and i.currency = ${currency} and i.status <> 'void') lately,
      (select ${owed} as due, coalesce(sum(${due}) filter (where i.due_on < ${today}::date), 0)::bigint as past_due
       from billing.invoice i where i.status = 'open' and i.currency = ${currency}) open`);
  return row!;
}

/** Who was invoiced the most. */
export async function topSpenders(
  rows: Rows,
  { currency, from }: Since,
  limit: number,
): Promise<{ tenantId: string; amountNanos: bigint; invoices: number }[]> {
  return rows.query(sql`
    select i.tenant_id as "tenantId", sum(${due})::bigint as "amountNanos", count(*)::integer as invoices
    from billing.invoice i where i.number is not null and i.opened_at >= ${from} and i.currency = ${currency} and i.status <> 'void'
    group by i.tenant_id order by sum(${due}) desc, i.tenant_id limit ${limit}`);
}

/** Who owes the most that should have been paid by now. */
export async function debtors(
  rows: Rows,
  { currency, today }: Since,
  limit: number,
): Promise<{ tenantId: string; pastDueNanos: bigint; oldestDueOn: string; step: number }[]> {
  return rows.query(sql`
    select i.tenant_id as "tenantId", sum(${due})::bigint as "pastDueNanos", min(i.due_on)::text as "oldestDueOn",
      coalesce(max(d.step), 0) as step
    from billing.invoice i left join billing.dunning d using (tenant_id)
    where i.status = 'open' and i.due_on < ${today}::date and i.currency = ${currency} and ${due} > 0
    group by i.tenant_id order by sum(${due}) desc, i.tenant_id limit ${limit}`);
}
