import { Stripe } from 'stripe';
import { stripeLocal } from './stripe-local.fixture.js';

const press = async (url: string, choice: string): Promise<Response> =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ choice }), redirect: 'manual' });

describe('The stand-in, asked by the real client', () => {
  const t = stripeLocal();
  const customer = (): Promise<Stripe.Customer> => t.stripe.customers.create({ name: 'Harbour' });
  const intent = async (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
    t.stripe.paymentIntents.create({ amount: 1_099, currency: 'usd', ...more });
  const eventsOf = async (): Promise<string[]> =>
    (await t.stripe.events.list({ limit: 100 })).data.map(({ type }) => type);

  it('takes a payment by a kept card while its owner is away, and says so', async () => {
    const { id } = await customer();
    const method = await t.stripe.paymentMethods.attach('pm_card_visa', { customer: id });
    const { id: intentId } = await intent({ customer: id });
    const paid = await t.stripe.paymentIntents.confirm(intentId, { payment_method: method.id, off_session: true });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1_099, payment_method: method.id });
    expect((await eventsOf()).slice(0, 2)).toEqual(['payment_intent.succeeded', 'charge.succeeded']);
    await expect(t.stripe.paymentIntents.confirm(intentId)).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
  ])('declines %s, and the intent takes another card', async (payment_method, code, decline_code) => {
    const { id } = await intent();
    const refused = t.stripe.paymentIntents.confirm(id, { payment_method });
    await expect(refused).rejects.toMatchObject({ type: 'StripeCardError', statusCode: 402, code, decline_code });
    expect(await t.stripe.paymentIntents.retrieve(id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code },
    });
    expect((await t.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' })).status).toBe('succeeded');
  });

  it.each([
    ['authenticate', 'succeeded'],
    ['fail', 'requires_payment_method'],
  ])('hands a card over to 3-D Secure, where its owner may %s', async (choice, status) => {
    const { id } = await intent();
    const asked = await t.stripe.paymentIntents.confirm(id, {
      payment_method: 'pm_card_authenticationRequired',
      return_url: 'https://app.example.com/paid',
    });
    expect(asked.status).toBe('requires_action');
    const answer = await press(asked.next_action!.redirect_to_url!.url!, choice);
    expect(answer.headers.get('location')).toBe('https://app.example.com/paid');
    expect((await t.stripe.paymentIntents.retrieve(id)).status).toBe(status);
  });

  it('declines a card that wants its owner when the owner is away', async () => {
    const { id } = await intent();
    const refused = t.stripe.paymentIntents.confirm(id, {
      payment_method: 'pm_card_authenticationRequired',
      off_session: true,
    });
    await expect(refused).rejects.toMatchObject({ code: 'authentication_required' });
  });

  it('keeps a card by a checkout page and shows it among the customer’s', async () => {
    const { id } = await customer();
    const session = await t.stripe.checkout.sessions.create({
      mode: 'setup',
      currency: 'usd',
      customer: id,
      success_url: 'https://app.example.com/ok',
    });
    expect((await press(session.url!, 'pm_card_visa')).headers.get('location')).toBe('https://app.example.com/ok');
    const kept = await t.stripe.customers.listPaymentMethods(id);
    expect(kept.data.map(({ card }) => card?.last4)).toEqual(['4242']);
    expect(await t.stripe.setupIntents.retrieve(session.setup_intent as string)).toMatchObject({ status: 'succeeded' });
  });

  it('refunds in parts, never more than was paid', async () => {
    const { id } = await intent();
    await t.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_visa' });
    await t.stripe.refunds.create({ payment_intent: id, amount: 1_000 });
    const tooMuch = t.stripe.refunds.create({ payment_intent: id, amount: 100 });
    await expect(tooMuch).rejects.toMatchObject({ param: 'amount' });
    await t.stripe.refunds.create({ payment_intent: id });
    const read = await t.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    expect(read.latest_charge).toMatchObject({ amount_refunded: 1_099, refunded: true });
  });

  it('opens a dispute against a card that is known for it', async () => {
    const { id } = await intent();
    await t.stripe.paymentIntents.confirm(id, { payment_method: 'pm_card_createDispute' });
    const [dispute] = (await t.stripe.disputes.list({ payment_intent: id })).data;
    expect(dispute).toMatchObject({ amount: 1_099, status: 'needs_response' });
    t.local.decideDispute(dispute!.id, 'lost');
    expect(await t.stripe.disputes.retrieve(dispute!.id)).toMatchObject({ status: 'lost' });
  });

  it('keeps connected accounts apart: what one has, neither the platform nor another sees', async () => {
    const [a, b] = [
      await t.stripe.accounts.create({ type: 'standard' }),
      await t.stripe.accounts.create({ type: 'standard' }),
    ];
    const made = await t.stripe.paymentIntents.create({ amount: 500, currency: 'usd' }, { stripeAccount: a.id });
    expect((await t.stripe.paymentIntents.retrieve(made.id, {}, { stripeAccount: a.id })).id).toBe(made.id);
    await expect(t.stripe.paymentIntents.retrieve(made.id, {}, { stripeAccount: b.id })).rejects.toMatchObject({
      code: 'resource_missing',
    });
    await expect(t.stripe.paymentIntents.retrieve(made.id)).rejects.toMatchObject({ code: 'resource_missing' });
    const nobody = t.stripe.paymentIntents.list({}, { stripeAccount: 'acct_unknown' });
    await expect(nobody).rejects.toMatchObject({ type: 'StripePermissionError' });
  });

  it('lets an account charge after its owner has filled in the page of its link', async () => {
    const { id } = await t.stripe.accounts.create({ type: 'standard' });
    const link = await t.stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      return_url: 'https://a.example',
      refresh_url: 'https://a.example',
    });
    expect((await press(link.url, 'complete')).headers.get('location')).toBe('https://a.example');
    expect(await t.stripe.accounts.retrieve(id)).toMatchObject({ charges_enabled: true, details_submitted: true });
  });
});
