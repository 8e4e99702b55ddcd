import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';
import type { Payment } from './payment.js';
import type { Refund } from './refund.js';

const columns = sql`id, tenant_id as "tenantId", payment_id as "paymentId", amount_nanos as "amountNanos", status, creations, created_at as "createdAt"`;

/** The refund of a payment that is under way; there is never more than one. */
export async function findRefundUnderway(rows: Rows, { tenantId, id }: Payment): Promise<Refund | undefined> {
  const [refund] = await rows.query<Refund>(sql`select ${columns} from billing.refund
    where tenant_id = ${tenantId} and payment_id = ${id} and status = 'pending'`);
  return refund;
}

/** Refunds that were begun before a time and have not ended, the first first. */
export async function unsettledRefunds(rows: Rows, testMode: boolean, before: Date, limit: number): Promise<Refund[]> {
  return rows.query<Refund>(sql`select r.id, r.tenant_id as "tenantId", r.payment_id as "paymentId", r.amount_nanos as "amountNanos", r.status,
      r.creations, r.created_at as "createdAt"
    from billing.refund r join billing.payment p on p.tenant_id = r.tenant_id and p.id = r.payment_id
    where r.status = 'pending' and p.test_mode = ${testMode} and r.created_at < ${before} order by r.created_at limit ${limit}`);
}

export async function insertRefund(tx: Transaction, refund: Refund): Promise<void> {
  const { tenantId, paymentId, id, amountNanos, status, createdAt } = refund;
  await tx.execute(sql`insert into billing.refund (tenant_id, payment_id, id, amount_nanos, status, created_at)
    values (${tenantId}, ${paymentId}, ${id}, ${amountNanos}, ${status}, ${createdAt})`);
}

/** Ends a refund that is under way. */
export async function endRefund(
  rows: Rows,
  { tenantId, paymentId, id }: Refund,
  status: 'succeeded' | 'failed',
): Promise<void> {
  await rows.query(sql`update billing.refund set status = ${status}
    where tenant_id = ${tenantId} and payment_id = ${paymentId} and id = ${id} and status = 'pending'`);
}

/** The refund is asked for under another key the next time, unless somebody else saw to that. */
export async function renewRefundKey(rows: Rows, { tenantId, paymentId, id, creations }: Refund): Promise<void> {
  await rows.query(sql`update billing.refund set creations = creations + 1
    where tenant_id = ${tenantId} and payment_id = ${paymentId} and id = ${id} and creations = ${creations}`);
}
