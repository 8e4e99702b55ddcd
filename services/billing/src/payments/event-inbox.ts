import { Injectable } from '@nestjs/common';
import { Clock, Fault } from '@tenantry/kernel';
import { ConnectedAccounts } from './connected-accounts.js';
import { PaymentAccounts } from './payment-accounts.js';
import { findByProviderId } from './payment.table.js';
import { PaymentProvider } from './payment-provider.js';
import { Settlement } from './settlement.js';
import { applied, effectsOf, failed, ignored, keepEvent, type StripeEvent } from './stripe-event.js';
import { dueEvents, insertEvent, saveEvent, tenantOf } from './stripe-event.table.js';

/**
 * What the provider told us. An event is kept first and applied after that, by asking the provider what is true now; what it says itself is
 * never believed.
 */
@Injectable()
export class EventInbox {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly settlement: Settlement,
    private readonly connected: ConnectedAccounts,
    private readonly clock: Clock,
  ) {}

  /** Keeps an event. @throws Fault `signature-refused`, or `conflict` for one of another mode or account; nothing is kept then */
  async receive(body: Uint8Array, signature: string): Promise<StripeEvent> {
    const event = this.provider.readEvent(body, signature, this.clock.now());
    if (event.isTest !== this.provider.isTest) {
      const [its, ours] = [event, this.provider].map(({ isTest }) => (isTest ? 'test' : 'live'));
      throw new Fault('conflict', { detail: `The event is of ${its} mode and this installation of ${ours} mode` });
    }
    const { accountId } = event;
    if (accountId !== null && !(await tenantOf(this.accounts.rows, [accountId])))
      throw new Fault('conflict', { detail: 'The event is of an account that is not connected here' });
    return insertEvent(this.accounts.rows, keepEvent(event, this.clock.now()), body);
  }

  /** Applies an event, whatever became of it before. A failure is kept with it, for the next try. */
  async apply(event: StripeEvent): Promise<StripeEvent> {
    const after = await this.tryApply(event).catch((error: unknown) => {
      const why = error instanceof Fault ? `${error.reason}: ${error.detail}` : 'internal';
      return failed(event, why, this.clock.now());
    });
    await saveEvent(this.accounts.rows, after);
    return after;
  }

  /** Applies what waits. */
  async applyDue(limit: number, signal: AbortSignal): Promise<void> {
    for (const event of await dueEvents(this.accounts.rows, this.clock.now(), limit)) {
      if (signal.aborted) return;
      await this.apply(event);
    }
  }

  private async applyAccount(event: StripeEvent, accountId: string): Promise<StripeEvent> {
    const tenantId = await tenantOf(this.accounts.rows, [accountId]);
    if (!tenantId) return ignored(event, this.clock.now());
    await this.connected.refresh(tenantId, accountId);
    return applied(event, tenantId, [], this.clock.now());
  }

  private async tryApply(event: StripeEvent): Promise<StripeEvent> {
    const { paymentId, accountId } = event;
    if (event.type === 'account.updated' && accountId !== null) return this.applyAccount(event, accountId);
    const tenantId = paymentId === null ? undefined : await tenantOf(this.accounts.rows, [paymentId]);
    const payment = tenantId && (await findByProviderId(this.accounts.rows, tenantId, paymentId!));
    if (!payment || payment.accountId !== accountId) return ignored(event, this.clock.now());
    const found = await this.provider.getPayment(paymentId!, accountId);
    const settled = await this.settlement.settle(null, payment, found);
    return applied(event, payment.tenantId, effectsOf(settled), this.clock.now());
  }
}
