import { Injectable } from '@nestjs/common';
import { Clock, Fault } from '@tenantry/kernel';
import { PaymentAccounts } from '../payments/payment-accounts.js';
import { findAccount } from '../payments/payment-account.table.js';
import { PaymentProvider, ProviderFault } from '../payments/payment-provider.js';
import { isGivenUp, type Redaction, redactionKey } from './redaction.js';
import { endRedaction, findRedaction, giveUpCustomer, renewRedactionKey, saveRedactionJob } from './redaction.table.js';

/** Requests to the provider for one that somebody waits for; the next time it goes on. */
const STEPS = 6;
const SOON_S = 5;

/**
 * Has the payment provider forget the customer that a tenant pays by: its payment methods, and whoever filled in the
 * provider's pages. The tenant gets another customer, for which somebody sets up how it pays.
 */
@Injectable()
export class Redactions {
  constructor(
    private readonly accounts: PaymentAccounts,
    private readonly provider: PaymentProvider,
    private readonly clock: Clock,
  ) {}

  /** Whether there is anything to forget, and somebody who can be asked. */
  async standing(tenantId: string): Promise<'none' | 'possible' | 'by-hand'> {
    const { rows } = this.accounts;
    const [live, test] = await Promise.all([false, true].map((mode) => findAccount(rows, tenantId, mode)));
    const [own, other] = this.provider.isTest ? [test, live] : [live, test];
    if (own?.customerId != null) return this.provider.isThere ? 'possible' : 'by-hand';
    return other?.customerId != null && !other.testMode ? 'by-hand' : 'none';
  }

  /**
   * Redacts the tenant's customer, going on where it was left; answers how many were, and whether it is left to people.
   * @throws Fault `unavailable` while the provider is at it, or does not answer
   */
  async carryOut(tenantId: string): Promise<{ readonly customers: bigint; readonly isLeft: boolean }> {
    const { isTest, isThere } = this.provider;
    const wanted = isThere ? await this.#wanted(tenantId) : await findRedaction(this.accounts.rows, tenantId, isTest);
    if (!wanted) return { customers: 0n, isLeft: false };
    const status = await this.#goOn(wanted);
    return { customers: 1n, isLeft: status === 'refused' };
  }

  async #wanted(tenantId: string): Promise<Redaction | undefined> {
    const { isTest } = this.provider;
    const underway = await findRedaction(this.accounts.rows, tenantId, isTest);
    return underway ?? this.accounts.transaction(null, (tx) => giveUpCustomer(tx, tenantId, isTest, this.clock.now()));
  }

  async #goOn(redaction: Redaction): Promise<'done' | 'refused'> {
    try {
      const jobId = redaction.jobId ?? (await this.#start(redaction));
      for (let step = 0; step < STEPS; step++) {
        const state = await this.provider.redactionState(jobId);
        if (state === 'ready') await this.provider.runRedaction(jobId);
        if (state === 'done' || state === 'refused') return await this.#end(redaction, state);
      }
    } catch (error) {
      const isRefused = error instanceof ProviderFault && (error.outcome === 'refused' || error.outcome === 'missing');
      if (isRefused || isGivenUp(redaction, this.clock.now())) return this.#end(redaction, 'refused');
      throw error;
    }
    if (isGivenUp(redaction, this.clock.now())) return this.#end(redaction, 'refused');
    throw new Fault('unavailable', {
      detail: 'The payment provider is still forgetting the person',
      retryAfterS: SOON_S,
    });
  }

  /** Asks under one key until the provider has answered; a failure that it has saved under the key is asked past. */
  async #start(redaction: Redaction): Promise<string> {
    try {
      const jobId = await this.provider.startRedaction(redaction.customerId, redactionKey(redaction));
      await saveRedactionJob(this.accounts.rows, redaction, jobId);
      return jobId;
    } catch (error) {
      if (error instanceof ProviderFault && error.outcome === 'kept') {
        await renewRedactionKey(this.accounts.rows, redaction);
      }
      throw error;
    }
  }

  async #end(redaction: Redaction, status: 'done' | 'refused'): Promise<'done' | 'refused'> {
    await endRedaction(this.accounts.rows, redaction, status);
    return status;
  }
}
