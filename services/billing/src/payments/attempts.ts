import { Injectable } from '@nestjs/common';
import { Clock, type TenantContext } from '@tenantry/kernel';
import { makeOnce } from './make-once.js';
import { PaymentAccounts } from './payment-accounts.js';
import { confirmationKey, creationKey, type Payment } from './payment.js';
import { findPayment, keepProviderId, renewCreationKey } from './payment.table.js';
import { PaymentProvider } from './payment-provider.js';
import { Settlement } from './settlement.js';

/** How a payment is tried. */
export interface Attempt {
  readonly methodId: string;
  /** Whether the payer is away. */
  readonly isOffSession: boolean;
  readonly returnUrl: string | null;
}

/** A payment, and where the payer's bank asks for more. */
export interface Attempted {
  readonly payment: Payment;
  readonly actionUrl: string | null;
}

/** Makes payments at the provider and tries them. A payment is known by its id there before any money is taken. */
@Injectable()
export class Attempts {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly settlement: Settlement,
    private readonly clock: Clock,
  ) {}

  /** The payment with its id at the provider. @throws ProviderFault; calling it again goes on where it was */
  async make(payment: Payment, customerId: string | null, description: string): Promise<Payment> {
    if (payment.providerId !== null) return payment;
    const { id: paymentId, accountId, amountNanos, currency, createdAt: since } = payment;
    const wanted = { paymentId, customerId, accountId, amountNanos, currency, description };
    const { id } = await makeOnce({
      since,
      now: this.clock.now(),
      make: () => this.provider.createPayment({ ...wanted, key: creationKey(payment) }),
      find: () => this.provider.findPayment(wanted, since),
      renew: () => renewCreationKey(this.accounts.rows, payment),
    });
    await this.accounts.transaction(null, (tx) => keepProviderId(tx, payment, id));
    return findPayment(this.accounts.rows, payment.tenantId, payment.id);
  }

  /** Takes the money of a payment whose try was counted. @throws ProviderFault when what became of it is not known yet */
  async confirm(
    ctx: TenantContext | null,
    tried: Payment,
    { methodId, isOffSession, returnUrl }: Attempt,
  ): Promise<Attempted> {
    const found = await this.provider.confirmPayment({
      id: tried.providerId!,
      accountId: tried.accountId,
      key: confirmationKey(tried),
      methodId,
      isOffSession,
      returnUrl,
    });
    const { after } = await this.settlement.settle(ctx, tried, found);
    return { payment: after, actionUrl: found.actionUrl };
  }
}
