import type { PaymentDrift as PaymentDriftMessage } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import { formatNanos, newId } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import { repairs, subjectOf, TAKEN_OVER, type Drift } from './payment-drift.js';

/** A drift as it is listed. */
export interface ListedDrift extends Drift {
  readonly id: string;
  readonly foundAt: Date;
  readonly repairedAt: Date | null;
}

const columns = sql`id, kind, tenant_id as "tenantId", payment_id as "paymentId", invoice_id as "invoiceId", provider_id as "providerId",
  ours, theirs, found_at as "foundAt", repaired_at as "repairedAt"`;

/** An invoice, as the place where a search for drifts goes on. */
export interface InvoicePosition {
  readonly tenantId: string;
  readonly invoiceId: string;
}

/** Invoices that are not what was paid for them: ended otherwise, or over another amount. `after` continues after that invoice. */
export async function invoiceDrifts(
  rows: Rows,
  testMode: boolean,
  after: InvoicePosition | null,
  limit: number,
): Promise<(Drift & InvoicePosition)[]> {
  const found = await rows.query<InvoicePosition & { status: string; owed: bigint; paid: bigint }>(sql`
    select i.tenant_id as "tenantId", i.id as "invoiceId", i.status, i.total_nanos - i.credited_nanos as owed,
      sum(p.amount_nanos - p.refunded_nanos)::bigint as paid
    from billing.payment p join billing.invoice i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
    where p.status = 'succeeded' and p.test_mode = ${testMode}
      and (${after === null} or (i.tenant_id, i.id) > (${after?.tenantId ?? null}::uuid, ${after?.invoiceId ?? null}::uuid))
    group by i.tenant_id, i.id
    having (i.status <> 'paid' and sum(p.amount_nanos - p.refunded_nanos) > 0)
      or (i.status = 'paid' and sum(p.amount_nanos - p.refunded_nanos) <> i.total_nanos - i.credited_nanos)
    order by i.tenant_id, i.id limit ${limit}`);
  return found.map(({ tenantId, invoiceId, status, owed, paid }) => {
    const about = { tenantId, invoiceId, paymentId: null, providerId: null };
    return status === 'paid'
      ? { ...about, kind: 'invoice_amount', ours: formatNanos(owed), theirs: formatNanos(paid) }
      : { ...about, kind: 'invoice_state', ours: status, theirs: 'paid' };
  });
}

/** Keeps what was found; what is open already stays the same one. */
export async function keepDrifts(rows: Rows, drifts: readonly Drift[], now: Date): Promise<void> {
  if (drifts.length === 0) return;
  const each = <T>(value: (drift: Drift) => T): T[] => drifts.map(value);
  await rows.query(sql`insert into billing.payment_drift
      (id, subject, kind, tenant_id, payment_id, invoice_id, provider_id, ours, theirs, found_at, seen_at)
    select drift.*, ${now}::timestamptz, ${now}::timestamptz from unnest(${drifts.map(() => newId(now))}::uuid[], ${each(subjectOf)}::text[],
      ${each(({ kind }) => kind)}::text[], ${each(({ tenantId }) => tenantId)}::uuid[], ${each(({ paymentId }) => paymentId)}::uuid[],
      ${each(({ invoiceId }) => invoiceId)}::uuid[], ${each(({ providerId }) => providerId)}::text[], ${each(({ ours }) => ours)}::text[],
      ${each(({ theirs }) => theirs)}::text[]) drift
    on conflict (subject) where repaired_at is null
    do update set ours = excluded.ours, theirs = excluded.theirs, seen_at = excluded.seen_at`);
}

/** Notes as repaired what was taken over, and what a comparison that began at a time did not find; answers how many are open. */
export async function closeDrifts(tx: Transaction, began: Date): Promise<number> {
  await tx.execute(sql`update billing.payment_drift set repaired_at = ${began}
    where repaired_at is null and (seen_at < ${began} or kind = any (${TAKEN_OVER}))`);
  const open = await tx.one<{ count: bigint }>(
    sql`select count(*) from billing.payment_drift where repaired_at is null`,
  );
  return Number(open!.count);
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
