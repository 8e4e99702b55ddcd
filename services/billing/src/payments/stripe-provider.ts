import { Fault } from '@tenantry/kernel';
import { OutboundHttp } from '@tenantry/service';
import type { Stripe } from 'stripe';
import type { BillingSettings } from '../config.js';
import type { RedactionState } from '../redactions/redaction.js';
import { StripeRedactionJobs } from '../redactions/stripe-redaction-jobs.js';
import {
  PaymentProvider,
  type AccountPlace,
  type Confirmation,
  type ListedPayment,
  type NewCustomer,
  type NewPayment,
  type NewRefund,
  type ProviderEvent,
  type ProviderMethod,
  type ProviderPayment,
  type SetupPlace,
} from './payment-provider.js';
import { stripeClient, stripeKey, webhookSecrets } from './stripe-client.js';
import { ask, askFor, isToldByPayment } from './stripe-errors.js';
import { toStripeAmount } from './stripe-money.js';
import { readStripeEvent } from './stripe-webhook.js';
import { isDisputed, providerMethod, providerPayment } from './stripe-payment.js';

/** How many objects a search for one of ours looks at. */
const MAX_SEARCHED = 1_000;
/** Stripe's clock and ours may differ. */
const CLOCKS_DIFFER_S = 300;
const PAGE = 100;
/** Ours, on everything that we make there: by it we find it again, and nothing else is ever decided by it. */
const OUR_ID = 'tenantry_id';

/** Cards can be charged while their owner is away and say at once whether they were. */
const CARDS: { allowed_payment_method_types: 'card'[] } = { allowed_payment_method_types: ['card'] };

type Options = Stripe.RequestOptions;
const on = (accountId: string | null, more: Options = {}): Options =>
  accountId ? { ...more, stripeAccount: accountId } : more;

/** Stripe, by its official client. */
export class StripeProvider extends PaymentProvider {
  readonly isThere: boolean;
  readonly isTest: boolean;
  readonly #client: Stripe | null;
  readonly #secrets: readonly string[];
  readonly #redactions = new StripeRedactionJobs(() => this.stripe);

  constructor(settings: BillingSettings, outbound: OutboundHttp) {
    super();
    const key = stripeKey(settings);
    // What stands in for it is on the loopback interface, which outbound requests may not reach otherwise.
    const way = settings.STRIPE_API_URL ? new OutboundHttp({ networks: ['127.0.0.0/8', '::1/128'] }) : outbound;
    this.#client = key ? stripeClient(key, settings.STRIPE_API_URL, way) : null;
    this.#secrets = webhookSecrets(settings);
    this.isThere = key !== undefined;
    this.isTest = key === undefined || key.slice(3).startsWith('test_');
  }

  private get stripe(): Stripe {
    if (!this.#client) throw new Fault('payments-off', { detail: 'Its operator has set no STRIPE_API_KEY' });
    return this.#client;
  }

  override async createCustomer({ tenantId, name, key }: NewCustomer): Promise<string> {
    const customer = { name, metadata: { [OUR_ID]: tenantId } };
    const { id } = await ask(() => this.stripe.customers.create(customer, { idempotencyKey: key }));
    return id;
  }

  override async findCustomer(tenantId: string, since: Date, before: ReadonlySet<string>): Promise<string | undefined> {
    const list = this.stripe.customers.list({ created: sinceParam(since), limit: PAGE });
    return (await search(list, ({ id, metadata }) => metadata[OUR_ID] === tenantId && !before.has(id)))?.id;
  }

  override startRedaction(customerId: string, key: string): Promise<string> {
    return this.#redactions.start(customerId, key);
  }

  override redactionState(id: string): Promise<RedactionState> {
    return this.#redactions.state(id);
  }

  override runRedaction(id: string): Promise<void> {
    return this.#redactions.run(id);
  }

  override async checkoutUrl(customer: string, { successUrl: success_url, cancelUrl }: SetupPlace): Promise<string> {
    const cancel = cancelUrl === null ? {} : { cancel_url: cancelUrl };
    const session: Stripe.Checkout.SessionCreateParams = { mode: 'setup', customer, success_url, ...CARDS, ...cancel };
    const { url } = await ask(() => this.stripe.checkout.sessions.create(session));
    return url!;
  }

  override async setupSecret(customer: string): Promise<string> {
    const { client_secret: secret } = await ask(() =>
      this.stripe.setupIntents.create({ customer, usage: 'off_session', ...CARDS }),
    );
    return secret!;
  }

  override async portalUrl(customer: string, returnUrl: string | null): Promise<string> {
    const back = returnUrl === null ? {} : { return_url: returnUrl };
    return (await ask(() => this.stripe.billingPortal.sessions.create({ customer, ...back }))).url;
  }

  override async listMethods(customerId: string): Promise<ProviderMethod[]> {
    return (await ask(() => this.stripe.customers.listPaymentMethods(customerId, { limit: PAGE }))).data.map(
      providerMethod,
    );
  }

  override async findMethod(id: string): Promise<ProviderMethod | undefined> {
    const found = await askFor(() => this.stripe.paymentMethods.retrieve(id));
    return found && providerMethod(found);
  }

  override async removeMethod(id: string): Promise<void> {
    await ask(() => this.stripe.paymentMethods.detach(id));
  }

  override async defaultMethod(customerId: string): Promise<string | null> {
    const customer = await ask(() => this.stripe.customers.retrieve(customerId));
    const method = customer.deleted ? null : customer.invoice_settings.default_payment_method;
    return typeof method === 'string' ? method : (method?.id ?? null);
  }

  override async setDefaultMethod(customerId: string, methodId: string): Promise<void> {
    const invoice_settings = { default_payment_method: methodId };
    await ask(() => this.stripe.customers.update(customerId, { invoice_settings }));
  }

  override async createPayment({ key, accountId, ...payment }: NewPayment): Promise<ProviderPayment> {
    const intent: Stripe.PaymentIntentCreateParams = {
      amount: toStripeAmount(payment.amountNanos, payment.currency),
      currency: payment.currency.toLowerCase(),
      description: payment.description,
      metadata: { [OUR_ID]: payment.paymentId },
      ...CARDS,
      ...(payment.customerId === null ? {} : { customer: payment.customerId }),
    };
    const options = on(accountId, { idempotencyKey: key });
    return providerPayment(await ask(() => this.stripe.paymentIntents.create(intent, options)));
  }

  override async findPayment(payment: Omit<NewPayment, 'key'>, since: Date): Promise<ProviderPayment | undefined> {
    const { paymentId, customerId, accountId } = payment;
    const whose = customerId === null ? {} : { customer: customerId };
    const list = this.stripe.paymentIntents.list({ ...whose, created: sinceParam(since), limit: PAGE }, on(accountId));
    const found = await search(list, ({ metadata }) => metadata[OUR_ID] === paymentId);
    return found && providerPayment(found);
  }

  override async getPayment(id: string, accountId: string | null): Promise<ProviderPayment> {
    const expand = { expand: ['latest_charge'] };
    const intent = await ask(() => this.stripe.paymentIntents.retrieve(id, expand, on(accountId)));
    if (!isDisputed(intent)) return providerPayment(intent);
    const disputes = await ask(() => this.stripe.disputes.list({ payment_intent: id, limit: 1 }, on(accountId)));
    return providerPayment(intent, disputes.data[0]);
  }

  override async confirmPayment({ id, accountId, key, ...how }: Confirmation): Promise<ProviderPayment> {
    const params: Stripe.PaymentIntentConfirmParams = {
      payment_method: how.methodId,
      ...(how.isOffSession ? { off_session: true } : {}),
      ...(how.returnUrl === null ? {} : { return_url: how.returnUrl }),
    };
    const confirm = (): Promise<Stripe.PaymentIntent> =>
      this.stripe.paymentIntents.confirm(id, params, on(accountId, { idempotencyKey: key }));
    return this.asPayment(id, accountId, confirm);
  }

  override async cancelPayment(id: string, accountId: string | null): Promise<ProviderPayment> {
    return this.asPayment(id, accountId, () => this.stripe.paymentIntents.cancel(id, {}, on(accountId)));
  }

  override async *listPayments(since: Date, accountId: string | null): AsyncGenerator<ListedPayment[]> {
    let after: { starting_after?: string } = {};
    for (;;) {
      const params = { created: sinceParam(since), limit: PAGE, expand: ['data.latest_charge'], ...after };
      const { data, has_more: goesOn } = await ask(() => this.stripe.paymentIntents.list(params, on(accountId)));
      yield data.map((intent) => ({ ...providerPayment(intent), isOurs: OUR_ID in intent.metadata }));
      const last = data.at(-1);
      if (!goesOn || !last) return;
      after = { starting_after: last.id };
    }
  }

  override async refund({ key, refundId, id, accountId, amountNanos, currency }: NewRefund): Promise<void> {
    const amount = toStripeAmount(amountNanos, currency);
    const refund = { payment_intent: id, amount, metadata: { [OUR_ID]: refundId } };
    await ask(() => this.stripe.refunds.create(refund, on(accountId, { idempotencyKey: key })));
  }

  override async hasRefund({ refundId, id, accountId }: Omit<NewRefund, 'key'>): Promise<boolean> {
    const list = this.stripe.refunds.list({ payment_intent: id, limit: PAGE }, on(accountId));
    return (await search(list, ({ metadata }) => metadata?.[OUR_ID] === refundId)) !== undefined;
  }

  override async createAccount(tenantId: string, key: string): Promise<string> {
    const account: Stripe.AccountCreateParams = { type: 'standard', metadata: { [OUR_ID]: tenantId } };
    return (await ask(() => this.stripe.accounts.create(account, { idempotencyKey: key }))).id;
  }

  override async findAccount(tenantId: string, since: Date): Promise<string | undefined> {
    const list = this.stripe.accounts.list({ created: sinceParam(since), limit: PAGE });
    return (await search(list, ({ metadata }) => metadata?.[OUR_ID] === tenantId))?.id;
  }

  override async canTakePayments(accountId: string): Promise<boolean> {
    return (await ask(() => this.stripe.accounts.retrieve(accountId))).charges_enabled;
  }

  override async accountUrl(
    account: string,
    { returnUrl: return_url, refreshUrl: refresh_url }: AccountPlace,
  ): Promise<string> {
    const link = { account, return_url, refresh_url, type: 'account_onboarding' } as const;
    return (await ask(() => this.stripe.accountLinks.create(link))).url;
  }

  override readEvent(body: Uint8Array, signature: string, now: Date): ProviderEvent {
    if (!this.isThere) throw new Fault('payments-off');
    return readStripeEvent(body, signature, { secrets: this.#secrets, now });
  }

  /** What a payment has become, also when the request was refused because of what it had become before. */
  private async asPayment(
    id: string,
    accountId: string | null,
    request: () => Promise<unknown>,
  ): Promise<ProviderPayment> {
    try {
      await ask(request);
    } catch (error) {
      if (!isToldByPayment(error)) throw error;
    }
    return this.getPayment(id, accountId);
  }
}

function sinceParam(since: Date): { gte: number } {
  return { gte: Math.floor(since.getTime() / 1_000) - CLOCKS_DIFFER_S };
}

/** The first of a list that is ours. */
async function search<T>(list: AsyncIterable<T>, isOurs: (one: T) => boolean): Promise<T | undefined> {
  return ask(async () => {
    let seen = 0;
    for await (const one of list) {
      if (isOurs(one)) return one;
      if (++seen >= MAX_SEARCHED) return undefined;
    }
    return undefined;
  });
}
