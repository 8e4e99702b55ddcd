import { createHash } from 'node:crypto';
import type { Stripe } from 'stripe';
import { page, type Route, type World } from '../call.js';
import { testCards, type TestCard } from '../cards/test-cards.js';
import { listParams } from '../http/params.js';
import { badParameter, noSuch } from '../http/problem.js';
import { newObjectId } from '../store.js';

const NO_ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

function cardFacts({ brand, last4 }: TestCard): Stripe.PaymentMethod.Card {
  return {
    brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    display_brand: brand,
    exp_month: 12,
    exp_year: new Date().getUTCFullYear() + 3,
    fingerprint: createHash('sha256').update(last4).digest('base64url').slice(0, 16),
    funding: 'credit',
    generated_from: null,
    last4,
    networks: { available: [brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  } as Stripe.PaymentMethod.Card;
}

/**
 * A payment method by its id; the name of a test card is a new one each time, as in the real test mode.
 * @throws Problem
 */
export function usePaymentMethod(world: World, account: string, id: string): Stripe.PaymentMethod {
  const card = Object.hasOwn(testCards, id) ? testCards[id] : undefined;
  if (!card) {
    const known = world.store.find<Stripe.PaymentMethod>(account, 'payment_method', id);
    if (known) return known;
    throw noSuch('PaymentMethod', id, 'payment_method');
  }
  const method = {
    id: newObjectId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: NO_ADDRESS, email: null, name: null, phone: null, tax_id: null },
    card: cardFacts(card),
    created: world.nowS,
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: 'card',
  } as Stripe.PaymentMethod;
  return world.store.save(account, 'payment_method', method);
}

/** Gives a payment method to a customer. @throws Problem when it is another's */
export function attach(
  world: World,
  account: string,
  method: Stripe.PaymentMethod,
  customer: string,
): Stripe.PaymentMethod {
  if (method.customer === customer) return method;
  if (method.customer !== null)
    throw badParameter('The payment method you provided has already been attached to a customer.', 'payment_method');
  world.get(account, 'customer', customer, 'customer');
  const attached = world.store.save(account, 'payment_method', { ...method, customer });
  world.emit(account, 'payment_method.attached', attached);
  return attached;
}

export const paymentMethodRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/payment_methods/:id',
    handle: ({ account, world, id }) => world.get(account, 'payment_method', id),
  },
  {
    method: 'GET',
    path: '/v1/customers/:id/payment_methods',
    takes: { ...listParams, type: 'string' },
    handle: ({ account, world, id, params }) => {
      world.get(account, 'customer', id);
      const all = world.store.all<Stripe.PaymentMethod>(account, 'payment_method');
      const own = all.filter(
        ({ customer, type }) => customer === id && [undefined, type].includes(params.type as 'card'),
      );
      return page(own, params, `/v1/customers/${id}/payment_methods`);
    },
  },
  {
    method: 'POST',
    path: '/v1/payment_methods/:id/attach',
    takes: { customer: 'string' },
    required: ['customer'],
    handle: ({ account, world, id, params }) =>
      attach(world, account, usePaymentMethod(world, account, id), params.customer as string),
  },
  {
    method: 'POST',
    path: '/v1/payment_methods/:id/detach',
    handle: ({ account, world, id }) => {
      const method = world.get<Stripe.PaymentMethod>(account, 'payment_method', id);
      if (method.customer === null)
        throw badParameter('The payment method you provided is not attached to a customer.', 'payment_method');
      const detached = world.store.save(account, 'payment_method', { ...method, customer: null });
      world.emit(account, 'payment_method.detached', detached);
      return detached;
    },
  },
];
