import type { PaymentDrift as PaymentDriftMessage } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import { formatNanos, newId } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import { repairs, subjectOf, type Drift } from './payment-drift.js';

/** A drift as it is listed. */
export interface ListedDrift extends Drift {
  readonly id: string;
  readonly foundAt: Date;
  readonly repairedAt: Date | null;
}

const columns = sql`id, kind, tenant_id as "tenantId", payment_id as "paymentId", invoice_id as "invoiceId", provider_id as "providerId",
  ours, theirs, found_at as "foundAt", repaired_at as "repairedAt"`;
const MAX_FOUND = 1_000;

/** Invoices that are not what was paid for them: ended otherwise, or over another amount. */
export async function invoiceDrifts(rows: Rows, testMode: boolean): Promise<Drift[]> {
  const found = await rows.query<{
    tenantId: string;
    invoiceId: string;
    status: string;
    owed: bigint;
    paid: bigint;
  }>(sql`
    select i.tenant_id as "tenantId", i.id as "invoiceId", i.status, i.total_nanos - i.credited_nanos as owed,
      sum(p.amount_nanos - p.refunded_nanos)::bigint as paid
    from billing.payment p join billing.invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where p.status = 'succeeded' and p.test_mode = ${testMode} group by i.tenant_id, i.id
    having (i.status <> 'paid' and sum(p.amount_nanos - p.refunded_nanos) > 0)
      or (i.status = 'paid' and sum(p.amount_nanos - p.refunded_nanos) <> i.total_nanos - i.credited_nanos)
    order by i.tenant_id, i.id limit ${MAX_FOUND}`);
  return found.map(({ tenantId, invoiceId, status, owed, paid }) => {
    const about = { tenantId, invoiceId, paymentId: null, providerId: null };
    return status === 'paid'
      ? { ...about, kind: 'invoice_amount', ours: formatNanos(owed), theirs: formatNanos(paid) }
      : { ...about, kind: 'invoice_state', ours: status, theirs: 'paid' };
  });
}

/** Keeps what was found, and notes as repaired what was found before and is no longer; answers how many are open. */
export async function saveDrifts(
  tx: Transaction,
  drifts: readonly Drift[],
  repaired: readonly Drift[],
  now: Date,
): Promise<number> {
  const all = [...drifts, ...repaired];
  const each = <T>(value: (drift: Drift) => T): T[] => all.map(value);
  await tx.execute(sql`insert into billing.payment_drift
      (id, subject, kind, tenant_id, payment_id, invoice_id, provider_id, ours, theirs, found_at)
    select drift.*, ${now}::timestamptz from unnest(${all.map(() => newId(now))}::uuid[], ${each(subjectOf)}::text[],
      ${each(({ kind }) => kind)}::text[], ${each(({ tenantId }) => tenantId)}::uuid[], ${each(({ paymentId }) => paymentId)}::uuid[],
      ${each(({ invoiceId }) => invoiceId)}::uuid[], ${each(({ providerId }) => providerId)}::text[], ${each(({ ours }) => ours)}::text[],
      ${each(({ theirs }) => theirs)}::text[]) drift
    on conflict (subject) where repaired_at is null do update set ours = excluded.ours, theirs = excluded.theirs`);
  await tx.execute(sql`update billing.payment_drift set repaired_at = ${now}
    where repaired_at is null and subject <> all (${drifts.map(subjectOf)}::text[])`);
  return drifts.length;
}

/** The newest first; `beforeId` continues after the drift with that id. */
export async function listDriftRows(
  rows: Rows,
  { isOpen, beforeId }: { readonly isOpen: boolean | null; readonly beforeId: string | null },
  limit: number,
): Promise<ListedDrift[]> {
  return rows.query<ListedDrift>(sql`select ${columns} from billing.payment_drift
    where (${isOpen}::boolean is null or (repaired_at is null) = ${isOpen}) and (${beforeId}::uuid is null or id < ${beforeId})
    order by id desc limit ${limit}`);
}

/** A drift as an answer. */
export function toMessage(drift: ListedDrift): PaymentDriftMessage {
  return { ...drift, repair: repairs[drift.kind] };
}
