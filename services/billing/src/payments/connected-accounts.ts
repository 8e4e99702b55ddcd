import { Injectable } from '@nestjs/common';
import { Clock, Fault } from '@tenantry/kernel';
import { makeOnce } from './make-once.js';
import { accountKey } from './payment-account.js';
import {
  findAccount,
  renewAccountKey,
  saveAccount,
  saveCanTakePayments,
  wantAccount,
} from './payment-account.table.js';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** Tenants' own accounts at the provider, to which their customers pay. */
@Injectable()
export class ConnectedAccounts {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly clock: Clock,
  ) {}

  /** The tenant's account; made when there is none. @throws ProviderFault; calling it again goes on where it was */
  async accountOf(tenantId: string): Promise<string> {
    await this.accounts.customerOf(tenantId);
    const { isTest } = this.provider;
    const account = await wantAccount(this.accounts.rows, tenantId, isTest, this.clock.now());
    if (account.accountId !== null) return account.accountId;
    const since = account.accountSince!;
    const accountId = await makeOnce({
      since,
      now: this.clock.now(),
      make: () => this.provider.createAccount(tenantId, accountKey(account)),
      find: () => this.provider.findAccount(tenantId, since),
      renew: () => renewAccountKey(this.accounts.rows, account),
    });
    await this.accounts.transaction(null, (tx) => saveAccount(tx, account, accountId));
    return (await findAccount(this.accounts.rows, tenantId, isTest))!.accountId!;
  }

  /** The account that a tenant's customers pay to now. @throws Fault `conflict` while it has none that may take payments */
  async payable(tenantId: string): Promise<string> {
    const account = await findAccount(this.accounts.rows, tenantId, this.provider.isTest);
    const accountId = account?.accountId ?? null;
    if (accountId !== null && (account?.canTakePayments || (await this.refresh(tenantId, accountId)))) return accountId;
    const detail = 'The tenant has no account that may take payments; connect one (POST /v1/payment-account/connect)';
    throw new Fault('conflict', { detail });
  }

  /** Asks whether an account may take payments now, and keeps the answer. */
  async refresh(tenantId: string, accountId: string): Promise<boolean> {
    const can = await this.provider.canTakePayments(accountId);
    await saveCanTakePayments(this.accounts.rows, tenantId, accountId, can);
    return can;
  }
}
