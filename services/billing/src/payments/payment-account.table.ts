import { sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import type { Rows } from '../plans/plan.table.js';
import type { PaymentAccount } from './payment-account.js';

const columns = sql`tenant_id as "tenantId", test_mode as "testMode", customer_id as "customerId", tries, account_id as "accountId",
  account_tries as "accountTries", account_since as "accountSince", can_take_payments as "canTakePayments", created_at as "createdAt"`;

export async function findAccount(
  rows: Rows,
  tenantId: string,
  testMode: boolean,
): Promise<PaymentAccount | undefined> {
  const [account] = await rows.query<PaymentAccount>(sql`select ${columns} from billing.payment_account
    where tenant_id = ${tenantId} and test_mode = ${testMode}`);
  return account;
}

/** Opens an account whose customer is still to be made; nothing happens when there is one. */
export function openingOf(tenantId: string, testMode: boolean, now: Date): Sql {
  return sql`insert into billing.payment_account (tenant_id, test_mode, created_at) values (${tenantId}, ${testMode}, ${now})
    on conflict do nothing`;
}

/** Accounts without a customer, the oldest first. */
export async function unmadeAccounts(rows: Rows, testMode: boolean, limit: number): Promise<PaymentAccount[]> {
  return rows.query<PaymentAccount>(sql`select ${columns} from billing.payment_account
    where customer_id is null and test_mode = ${testMode} order by created_at, tenant_id limit ${limit}`);
}

/** The next customer is asked for under another key, unless somebody else saw to that. */
export async function renewCustomerKey(rows: Rows, { tenantId, testMode, tries }: PaymentAccount): Promise<void> {
  await rows.query(sql`update billing.payment_account set tries = tries + 1
    where tenant_id = ${tenantId} and test_mode = ${testMode} and tries = ${tries}`);
}

/** Gives an account its customer; false when it has one. From then on events of the customer are the tenant's. */
export async function saveCustomer(tx: Transaction, account: PaymentAccount, customerId: string): Promise<boolean> {
  const { tenantId, testMode } = account;
  const saved = await tx.execute(sql`update billing.payment_account set customer_id = ${customerId}
    where tenant_id = ${tenantId} and test_mode = ${testMode} and customer_id is null`);
  if (saved === 0) return false;
  await tx.execute(sql`insert into billing.payment_party (provider_id, tenant_id, kind)
    values (${customerId}, ${tenantId}, 'customer')`);
  return true;
}

/** Notes that the tenant's own account is asked for; the first time counts. */
export async function wantAccount(rows: Rows, tenantId: string, testMode: boolean, now: Date): Promise<PaymentAccount> {
  const [account] = await rows.query<PaymentAccount>(sql`update billing.payment_account
    set account_since = coalesce(account_since, ${now}) where tenant_id = ${tenantId} and test_mode = ${testMode} returning ${columns}`);
  return account!;
}

/** The next account is asked for under another key, unless somebody else saw to that. */
export async function renewAccountKey(rows: Rows, { tenantId, testMode, accountTries }: PaymentAccount): Promise<void> {
  await rows.query(sql`update billing.payment_account set account_tries = account_tries + 1
    where tenant_id = ${tenantId} and test_mode = ${testMode} and account_tries = ${accountTries}`);
}

/** Gives a tenant its own account, once. From then on events of the account are the tenant's. */
export async function saveAccount(tx: Transaction, account: PaymentAccount, accountId: string): Promise<void> {
  const { tenantId, testMode } = account;
  const saved = await tx.execute(sql`update billing.payment_account set account_id = ${accountId}
    where tenant_id = ${tenantId} and test_mode = ${testMode} and account_id is null`);
  if (saved === 0) return;
  await tx.execute(sql`insert into billing.payment_party (provider_id, tenant_id, kind)
    values (${accountId}, ${tenantId}, 'account')`);
}

/** Keeps whether the tenant's own account may take payments. */
export async function saveCanTakePayments(
  rows: Rows,
  tenantId: string,
  accountId: string,
  can: boolean,
): Promise<void> {
  await rows.query(sql`update billing.payment_account set can_take_payments = ${can}
    where tenant_id = ${tenantId} and account_id = ${accountId}`);
}

/** A customer as the audit log records it. */
export function customerChanges({ tenantId, testMode }: PaymentAccount, customerId: string): RowChange[] {
  return [{ resource: 'payment_account', id: tenantId, action: 'insert', new: { customerId, testMode } }];
}
