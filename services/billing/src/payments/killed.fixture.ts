import type { Tenants } from '@tenantry/testing';
import { InvoiceBook } from '../invoices/invoice-book.js';
import { PaymentAccounts } from './payment-accounts.js';
import { PaymentProvider } from './payment-provider.js';

/** What a process does when it is dead: nothing. */
export class Killed extends Error {}

type Step = (...given: unknown[]) => Promise<unknown>;

/** A process whose steps, commits and requests to the provider, are counted and that can die at each of them. */
export class Mortal {
  steps = 0;
  #diesAt = Infinity;
  #dies: 'before' | 'after' = 'before';
  readonly #originals: (() => void)[] = [];

  constructor({ bus }: Tenants) {
    for (const owner of [InvoiceBook, PaymentAccounts]) this.#watch(bus.get<object>(owner), 'transaction');
    for (const request of ['defaultMethod', 'listMethods', 'createPayment', 'confirmPayment', 'getPayment'])
      this.#watch(bus.get<object>(PaymentProvider as never), request);
  }

  /** Lets it die before or after its nth step from now; whatever it does after that fails. */
  dieAt(step: number, dies: 'before' | 'after'): void {
    Object.assign(this, { steps: 0 });
    [this.#diesAt, this.#dies] = [step, dies];
  }

  /** Another process takes its place. */
  revive(): void {
    this.#diesAt = Infinity;
  }

  restore(): void {
    for (const original of this.#originals) original();
  }

  #watch(owner: object, name: string): void {
    const methods = owner as Record<string, Step>;
    const original = methods[name]!.bind(owner);
    methods[name] = async (...given) => {
      const step = ++this.steps;
      if (step > this.#diesAt || (step === this.#diesAt && this.#dies === 'before')) throw new Killed();
      const done = await original(...given);
      if (step === this.#diesAt) throw new Killed();
      return done;
    };
    this.#originals.push(() => delete methods[name]);
  }
}
