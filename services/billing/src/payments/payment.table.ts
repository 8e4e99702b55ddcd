import type { Payment as PaymentMessage } from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault, formatNanos } from '@tenantry/kernel';
import type { Rows } from '../plans/plan.table.js';
import type { Payment } from './payment.js';

const columns = sql`id, tenant_id as "tenantId", invoice_id as "invoiceId", account_id as "accountId", reference, provider_id as "providerId", status,
  amount_nanos as "amountNanos", refunded_nanos as "refundedNanos", currency, dispute_status as "disputeStatus", failure_code as "failureCode",
  creations, tries, test_mode as "testMode", created_at as "createdAt", checked_at as "checkedAt", succeeded_at as "succeededAt"`;
const underway = sql`status in ('pending', 'action_required', 'processing')`;

/** A payment of a tenant. @throws Fault `not-found` */
export async function findPayment(rows: Rows, tenantId: string, id: string): Promise<Payment> {
  const [payment] = await rows.query<Payment>(
    sql`select ${columns} from billing.payment where tenant_id = ${tenantId} and id = ${id}`,
  );
  if (!payment) throw new Fault('not-found');
  return payment;
}

/** As `findPayment`, and nobody else changes it until the commit. */
export async function lockPayment(tx: Transaction, tenantId: string, id: string): Promise<Payment> {
  const payment = await tx.one<Payment>(
    sql`select ${columns} from billing.payment where tenant_id = ${tenantId} and id = ${id} for update`,
  );
  if (!payment) throw new Fault('not-found');
  return payment;
}

/** The payment of an invoice that may still succeed; there is never more than one. */
export async function findUnderway(rows: Rows, tenantId: string, invoiceId: string): Promise<Payment | undefined> {
  const [payment] = await rows.query<Payment>(sql`select ${columns} from billing.payment
    where tenant_id = ${tenantId} and invoice_id = ${invoiceId} and ${underway}`);
  return payment;
}

/** The payment that the tenant gave a name. */
export async function findByReference(rows: Rows, tenantId: string, reference: string): Promise<Payment | undefined> {
  const [payment] = await rows.query<Payment>(
    sql`select ${columns} from billing.payment where tenant_id = ${tenantId} and reference = ${reference}`,
  );
  return payment;
}

/** A payment by its id at the provider. */
export async function findByProviderId(rows: Rows, tenantId: string, providerId: string): Promise<Payment | undefined> {
  const [payment] = await rows.query<Payment>(
    sql`select ${columns} from billing.payment where tenant_id = ${tenantId} and provider_id = ${providerId}`,
  );
  return payment;
}

/** Notes that the provider's list has payments of an account; answers them, of whichever tenant. */
export async function noteListed(
  rows: Rows,
  ids: readonly string[],
  accountId: string | null,
  now: Date,
): Promise<Payment[]> {
  return rows.query<Payment>(sql`update billing.payment set listed_at = ${now}
    where (tenant_id, provider_id) in (select tenant_id, provider_id from billing.payment_party where provider_id = any (${ids}))
      and account_id is not distinct from ${accountId} returning ${columns}`);
}

/** Which payments: begun since a time, succeeded before another. */
export interface Taken {
  readonly accountId: string | null;
  readonly since: Date;
  readonly until: Date;
  readonly testMode: boolean;
}

/** What an account took between two times, as we know it, and the provider's list does not have now; `afterId` continues after that payment. */
export async function succeededUnlisted(
  rows: Rows,
  { accountId, since, until, testMode }: Taken,
  afterId: string | null,
  limit: number,
): Promise<Payment[]> {
  return rows.query<Payment>(sql`select ${columns} from billing.payment where status = 'succeeded' and test_mode = ${testMode}
    and provider_id is not null and created_at >= ${since} and succeeded_at < ${until} and account_id is not distinct from ${accountId}
    and (listed_at is null or listed_at < ${until}) and (${afterId}::uuid is null or id > ${afterId}) order by id limit ${limit}`);
}

/** The connected accounts that were to be paid since a time. */
export async function accountsWithPayments(rows: Rows, testMode: boolean, since: Date): Promise<string[]> {
  const found = await rows.query<{
    accountId: string;
  }>(sql`select distinct account_id as "accountId" from billing.payment
    where account_id is not null and test_mode = ${testMode} and provider_id is not null and created_at >= ${since} order by 1`);
  return found.map(({ accountId }) => accountId);
}

/** The newest first; `beforeId` continues after the payment with that id. */
export async function listPaymentRows(
  rows: Rows,
  tenantId: string,
  beforeId: string | null,
  limit: number,
): Promise<Payment[]> {
  return rows.query<Payment>(sql`select ${columns} from billing.payment
    where tenant_id = ${tenantId} and (${beforeId}::uuid is null or id < ${beforeId}) order by id desc limit ${limit}`);
}

/** Payments that were tried, may still succeed and were not looked at since a time: the ones looked at longest ago first. */
export async function unsettledPayments(
  rows: Rows,
  testMode: boolean,
  before: Date,
  limit: number,
): Promise<Payment[]> {
  return rows.query<Payment>(sql`select ${columns} from billing.payment
    where ${underway} and provider_id is not null and test_mode = ${testMode} and checked_at < ${before} order by checked_at limit ${limit}`);
}

export async function insertPayment(tx: Transaction, payment: Payment): Promise<void> {
  const { tenantId, id, invoiceId, accountId, reference, status, amountNanos, currency, testMode } = payment;
  const { createdAt, checkedAt } = payment;
  await tx.execute(sql`insert into billing.payment (tenant_id, id, invoice_id, account_id, reference, status, amount_nanos, currency, test_mode, created_at, checked_at)
    values (${tenantId}, ${id}, ${invoiceId}, ${accountId}, ${reference}, ${status}, ${amountNanos}, ${currency}, ${testMode}, ${createdAt}, ${checkedAt})`);
}

/** Saves what has become of a payment. The caller holds its lock. */
export async function savePayment(tx: Transaction, payment: Payment): Promise<void> {
  const { tenantId, id, status, refundedNanos, disputeStatus, failureCode, checkedAt, succeededAt } = payment;
  await tx.execute(sql`update billing.payment set status = ${status}, refunded_nanos = ${refundedNanos},
      dispute_status = ${disputeStatus}, failure_code = ${failureCode}, checked_at = ${checkedAt}, succeeded_at = ${succeededAt}
    where tenant_id = ${tenantId} and id = ${id}`);
}

/** The payment is asked for under another key the next time, unless somebody else saw to that. */
export async function renewCreationKey(rows: Rows, { tenantId, id, creations }: Payment): Promise<void> {
  await rows.query(sql`update billing.payment set creations = creations + 1
    where tenant_id = ${tenantId} and id = ${id} and creations = ${creations}`);
}

/** Keeps which payment at the provider it is, once: what somebody else kept before stays. From then on its events are the tenant's. */
export async function keepProviderId(tx: Transaction, { tenantId, id }: Payment, providerId: string): Promise<void> {
  const kept = await tx.execute(sql`update billing.payment set provider_id = ${providerId}
    where tenant_id = ${tenantId} and id = ${id} and provider_id is null`);
  if (kept === 0) return;
  await tx.execute(sql`insert into billing.payment_party (provider_id, tenant_id, kind)
    values (${providerId}, ${tenantId}, 'payment')`);
}

/** Counts one more attempt; undefined when the payment can not succeed any more. */
export async function countTry(tx: Transaction, { tenantId, id }: Payment): Promise<Payment | undefined> {
  return tx.one<Payment>(sql`update billing.payment set tries = tries + 1
    where tenant_id = ${tenantId} and id = ${id} and ${underway} returning ${columns}`);
}

/** A payment as the audit log records it. */
export function paymentChanges(before: Payment | null, after: Payment): RowChange[] {
  const fate = ({ status, refundedNanos, disputeStatus, failureCode }: Payment) => ({
    status,
    refunded: formatNanos(refundedNanos),
    disputeStatus,
    failureCode,
  });
  const { id, invoiceId, reference, amountNanos, currency, testMode } = after;
  if (before) return [{ resource: 'payment', id, action: 'update', old: fate(before), new: fate(after) }];
  const said = { invoiceId, reference, amount: formatNanos(amountNanos), currency, testMode };
  return [{ resource: 'payment', id, action: 'insert', new: { ...said, ...fate(after) } }];
}

/** A payment as an answer; `actionUrl` is the provider's and kept nowhere. */
export function toMessage(payment: Payment, actionUrl: string | null = null): PaymentMessage {
  const { id, tenantId, invoiceId, status, amountNanos, currency, refundedNanos, disputeStatus, failureCode } = payment;
  const { reference, testMode, createdAt, succeededAt } = payment;
  const amounts = { amount: formatNanos(amountNanos), currency, refunded: formatNanos(refundedNanos) };
  return {
    id,
    tenantId,
    invoiceId,
    status,
    ...amounts,
    disputeStatus,
    failureCode,
    actionUrl,
    reference,
    testMode,
    createdAt,
    succeededAt,
  };
}
