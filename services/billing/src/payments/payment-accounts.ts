import { Injectable } from '@nestjs/common';
import { PaymentAccountReady } from '@tenantry/contracts';
import { ControlDatabase, type Job, type JobOptions, type Transaction } from '@tenantry/database';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { Directories } from '@tenantry/messaging';
import { makeOnce } from './make-once.js';
import { customerKey, type PaymentAccount } from './payment-account.js';
import { customerChanges, findAccount, openingOf, renewCustomerKey, saveCustomer } from './payment-account.table.js';
import { redactedCustomers } from '../redactions/redaction.table.js';
import { PaymentProvider, type ProviderMethod } from './payment-provider.js';

const JOB = 'billing_payments';

/** The platform's hand on what tenants are at the payment provider. */
@Injectable()
export class PaymentAccounts {
  constructor(
    private readonly control: ControlDatabase,
    private readonly provider: PaymentProvider,
    private readonly directories: Directories,
    private readonly clock: Clock,
  ) {}

  /** Reads and single writes. Every statement names the tenant. */
  get rows(): Job {
    return this.control.job(JOB);
  }

  /** One commit; of a request when there is one, else the platform's own. */
  transaction<T>(ctx: TenantContext | null, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const options: JobOptions = ctx ? { ctx } : {};
    return this.control.job(JOB).transaction(work, options);
  }

  /** The tenant's customer at the provider. One that is not there yet is made. @throws ProviderFault */
  async customerOf(tenantId: string): Promise<string> {
    this.assertOn();
    const { isTest } = this.provider;
    const known = await findAccount(this.rows, tenantId, isTest);
    if (known?.customerId) return known.customerId;
    if (!known) await this.rows.query(openingOf(tenantId, isTest, this.clock.now()));
    return this.makeCustomer(known ?? (await findAccount(this.rows, tenantId, isTest))!);
  }

  /** Goes on with a customer wherever it was left. @throws ProviderFault */
  async makeCustomer(account: PaymentAccount): Promise<string> {
    const { tenantId, createdAt: since } = account;
    const name = this.directories.tenants.get(tenantId)?.name ?? tenantId;
    const customerId = await makeOnce({
      since,
      now: this.clock.now(),
      make: () => this.provider.createCustomer({ tenantId, name, key: customerKey(account) }),
      find: async () => this.provider.findCustomer(tenantId, since, await redactedCustomers(this.rows, tenantId)),
      renew: () => renewCustomerKey(this.rows, account),
    });
    await this.transaction(null, async (tx) => {
      if (!(await saveCustomer(tx, account, customerId))) return;
      const event = new PaymentAccountReady({ testMode: account.testMode });
      tx.publish(event, { tenantId, changes: customerChanges(account, customerId) });
    });
    return (await findAccount(this.rows, tenantId, account.testMode))!.customerId!;
  }

  /** A payment method of the tenant's own. @throws Fault `not-found` for one that is unknown or another's */
  async methodOf(customerId: string, methodId: string): Promise<ProviderMethod> {
    const method = await this.provider.findMethod(methodId);
    if (method?.customerId !== customerId) throw new Fault('not-found');
    return method;
  }

  /** What a customer pays with: what it chose, else its newest; null when it has nothing. */
  async defaultMethodOf(customerId: string): Promise<string | null> {
    const [chosen, methods] = await Promise.all([
      this.provider.defaultMethod(customerId),
      this.provider.listMethods(customerId),
    ]);
    return methods.find(({ id }) => id === chosen)?.id ?? methods[0]?.id ?? null;
  }

  private assertOn(): void {
    if (!this.provider.isThere) throw new Fault('payments-off');
  }
}
