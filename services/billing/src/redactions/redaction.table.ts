import { sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';
import type { Redaction } from './redaction.js';

const columns = sql`tenant_id as "tenantId", customer_id as "customerId", test_mode as "testMode", job_id as "jobId", tries, status,
  wanted_at as "wantedAt"`;

/** The redaction that is under way; there is never more than one. */
export async function findRedaction(rows: Rows, tenantId: string, testMode: boolean): Promise<Redaction | undefined> {
  const [redaction] = await rows.query<Redaction>(sql`select ${columns} from billing.redaction
    where tenant_id = ${tenantId} and test_mode = ${testMode} and status = 'wanted'`);
  return redaction;
}

/** Customers that were the tenant's and are not any more. */
export async function redactedCustomers(rows: Rows, tenantId: string): Promise<ReadonlySet<string>> {
  const found = await rows.query<{ customerId: string }>(sql`
    select customer_id as "customerId" from billing.redaction where tenant_id = ${tenantId}`);
  return new Set(found.map(({ customerId }) => customerId));
}

/** Takes the tenant's customer away from it, to be redacted; nothing when there is none. The next one is made by itself. */
export async function giveUpCustomer(
  tx: Transaction,
  tenantId: string,
  testMode: boolean,
  now: Date,
): Promise<Redaction | undefined> {
  return tx.one<Redaction>(sql`
    with account as (
      select customer_id from billing.payment_account
      where tenant_id = ${tenantId} and test_mode = ${testMode} and customer_id is not null for update
    ), freed as (
      update billing.payment_account set customer_id = null, tries = tries + 1, created_at = ${now}
      where tenant_id = ${tenantId} and test_mode = ${testMode} and exists (select from account)
    )
    insert into billing.redaction (tenant_id, customer_id, test_mode, status, wanted_at)
    select ${tenantId}, customer_id, ${testMode}, 'wanted', ${now} from account
    returning ${columns}`);
}

export async function saveRedactionJob(rows: Rows, { tenantId, customerId }: Redaction, jobId: string): Promise<void> {
  await rows.query(sql`update billing.redaction set job_id = ${jobId}
    where tenant_id = ${tenantId} and customer_id = ${customerId} and job_id is null`);
}

/** The next time it is asked for under another key, unless somebody else saw to that. */
export async function renewRedactionKey(rows: Rows, { tenantId, customerId, tries }: Redaction): Promise<void> {
  await rows.query(sql`update billing.redaction set tries = tries + 1
    where tenant_id = ${tenantId} and customer_id = ${customerId} and tries = ${tries}`);
}

export async function endRedaction(
  rows: Rows,
  { tenantId, customerId }: Redaction,
  status: 'done' | 'refused',
): Promise<void> {
  await rows.query(sql`update billing.redaction set status = ${status}
    where tenant_id = ${tenantId} and customer_id = ${customerId} and status = 'wanted'`);
}
