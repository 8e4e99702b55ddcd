import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Stripe } from 'stripe';
import { stripeLocal } from './stripe-local.fixture.js';

/** Sample objects that Stripe publishes (MIT), when they lie beside the checkout. */
const file = fileURLToPath(new URL('../../../../shared/data/stripe/fixtures3.json', import.meta.url));
const isThere = existsSync(file);
const published = isThere
  ? (JSON.parse(readFileSync(file, 'utf8')) as { resources: Record<string, object> }).resources
  : {};

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

/** Where an object of ours is not like the published one: a field that is missing, or of another kind. */
function differences(ours: object, theirs: object): string[] {
  return Object.entries(theirs).flatMap(([name, value]) => {
    if (!Object.hasOwn(ours, name)) return [`${name} is missing`];
    const [own, other] = [kindOf((ours as Record<string, unknown>)[name]), kindOf(value)];
    return own === other || own === 'null' || other === 'null' ? [] : [`${name} is ${own} and not ${other}`];
  });
}

(isThere ? describe : describe.skip)('Objects of the stand-in have every field of the published ones', () => {
  const t = stripeLocal();
  const same = (resource: string, ours: object): void => expect(differences(ours, published[resource]!)).toEqual([]);

  it('customer, setup intent, checkout, portal and payment method', async () => {
    const customer = await t.stripe.customers.create({ name: 'x' });
    same('customer', customer);
    same('setup_intent', await t.stripe.setupIntents.create({ customer: customer.id }));
    const urls = { success_url: 'https://a.example', cancel_url: 'https://a.example' };
    same(
      'checkout.session',
      await t.stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', customer: customer.id, ...urls }),
    );
    same('billing_portal.session', await t.stripe.billingPortal.sessions.create({ customer: customer.id }));
    same('payment_method', await t.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id }));
  });

  it('payment intent, charge, refund and dispute', async () => {
    const { id } = await t.stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    const paid = await t.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    same('payment_intent', paid);
    same('charge', await t.stripe.charges.retrieve(paid.latest_charge as string));
    same('refund', await t.stripe.refunds.create({ payment_intent: id }));
    const other = await t.stripe.paymentIntents.create({ amount: 100, currency: 'usd' });
    await t.stripe.paymentIntents.confirm(other.id, { payment_method: 'pm_card_createDispute' });
    same('dispute', (await t.stripe.disputes.list({ payment_intent: other.id })).data[0]!);
  });

  it('account, account link and event', async () => {
    const account = await t.stripe.accounts.create({ type: 'standard' });
    same('account', account);
    const urls = { return_url: 'https://a.example', refresh_url: 'https://a.example' };
    same(
      'account_link',
      await t.stripe.accountLinks.create({ account: account.id, type: 'account_onboarding', ...urls }),
    );
    await t.stripe.customers.create({ name: 'x' });
    same('event', (await t.stripe.events.list()).data[0] as Stripe.Event);
  });
});
