import { Injectable } from '@nestjs/common';
import { Clock, Fault, type TenantContext } from '@tenantry/kernel';
import { makeOnce } from './make-once.js';
import { PaymentAccounts } from './payment-accounts.js';
import type { Payment } from './payment.js';
import { lockPayment } from './payment.table.js';
import { PaymentProvider, ProviderFault } from './payment-provider.js';
import { refundKey, refundOf, type Refund } from './refund.js';
import { endRefund, findRefundUnderway, insertRefund, renewRefundKey } from './refund.table.js';
import { Settlement } from './settlement.js';

/** How much is to be given back, and what was before, in nano-units. */
export interface Refunding {
  readonly amountNanos: bigint;
  readonly refundedBeforeNanos: bigint;
}

/** Gives money back, once: a refund that was cut goes on with the same key until the provider has answered. */
@Injectable()
export class Refunds {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly settlement: Settlement,
    private readonly clock: Clock,
  ) {}

  /** @throws Fault `conflict`, `invalid-input`, ProviderFault; calling it again with the same goes on where it was, and so does time */
  async refund(ctx: TenantContext, payment: Payment, refunding: Refunding): Promise<Payment> {
    return this.finish(ctx, payment, await this.begin(ctx, payment, refunding));
  }

  /** Carries a refund that was begun to its end, wherever it was cut. @throws ProviderFault */
  async finish(ctx: TenantContext | null, payment: Payment, refund: Refund): Promise<Payment> {
    const { id: refundId, amountNanos, createdAt: since } = refund;
    const { providerId: id, accountId, currency } = payment;
    const wanted = { refundId, id: id!, accountId, amountNanos, currency };
    const made = makeOnce<true>({
      since,
      now: this.clock.now(),
      make: () => this.provider.refund({ ...wanted, key: refundKey(refund) }).then(() => true),
      find: async () => (await this.provider.hasRefund(wanted)) || undefined,
      renew: () => renewRefundKey(this.accounts.rows, refund),
    });
    await made.catch(async (error: unknown) => {
      if (error instanceof ProviderFault && (error.outcome === 'refused' || error.outcome === 'missing'))
        await endRefund(this.accounts.rows, refund, 'failed');
      throw error;
    });
    const found = await this.provider.getPayment(id!, accountId);
    const { after } = await this.settlement.settle(ctx, payment, found);
    await endRefund(this.accounts.rows, refund, 'succeeded');
    return after;
  }

  /** The refund that is under way, or a new one. */
  private begin(
    ctx: TenantContext,
    { tenantId, id }: Payment,
    { amountNanos, refundedBeforeNanos }: Refunding,
  ): Promise<Refund> {
    return this.accounts.transaction(ctx, async (tx) => {
      const payment = await lockPayment(tx, tenantId, id);
      const underway = await findRefundUnderway(tx, payment);
      if (underway?.amountNanos === amountNanos) return underway;
      if (underway)
        throw new Fault('conflict', { detail: 'Another refund of this payment is under way; repeat that one first' });
      const refund = refundOf(payment, amountNanos, refundedBeforeNanos, this.clock.now());
      await insertRefund(tx, refund);
      return refund;
    });
  }
}
