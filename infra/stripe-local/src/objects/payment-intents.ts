import type { Stripe } from 'stripe';
import { isCreatedWithin, page, type Call, type Route, type World } from '../call.js';
import { cardOf, type Outcome } from '../cards/test-cards.js';
import { createdParam, listParams, type Takes } from '../http/params.js';
import { badParameter, Problem, wrongState } from '../http/problem.js';
import { newObjectId } from '../store.js';
import { dispute, newCharge } from './charges.js';
import { usePaymentMethod } from './payment-methods.js';

type PaymentIntent = Stripe.PaymentIntent;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const CONFIRMABLE: readonly PaymentIntent['status'][] = [
  'requires_payment_method',
  'requires_confirmation',
  'requires_action',
];
const CANCELLABLE: readonly PaymentIntent['status'][] = [...CONFIRMABLE, 'processing', 'requires_capture'];

function newPaymentIntent({ account, world, params }: Call): PaymentIntent {
  const id = newObjectId('pi');
  const customer = (params.customer as string | undefined) ?? null;
  if (customer !== null) world.get(account, 'customer', customer, 'customer');
  const amount = params.amount as number;
  if (amount < 1) throw badParameter('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  const intent: PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: (params.application_fee_amount as number | undefined) ?? null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${newObjectId('', 24).slice(1)}`,
    confirmation_method: 'automatic',
    created: world.nowS,
    currency: (params.currency as string).toLowerCase(),
    customer,
    customer_account: null,
    description: (params.description as string | undefined) ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: (params.metadata as Stripe.Metadata | undefined) ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  };
  return save(world, account, intent, 'payment_intent.created');
}

function save(world: World, account: string, intent: PaymentIntent, type: string): PaymentIntent {
  world.emit(account, type, world.store.save(account, 'payment_intent', intent));
  return intent;
}

function unexpected(intent: PaymentIntent, verb: string): Problem {
  const message = `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`;
  return wrongState(message, 'payment_intent_unexpected_state', { payment_intent: intent });
}

/** Tries to take the money. @throws Problem `card_error` when the card is declined */
function confirm({ account, world, id, params }: Call): PaymentIntent {
  const before = world.get<PaymentIntent>(account, 'payment_intent', id);
  if (!CONFIRMABLE.includes(before.status)) throw unexpected(before, 'confirm');
  const methodId = (params.payment_method as string | undefined) ?? (before.payment_method as string | null);
  if (!methodId)
    throw wrongState(
      "You cannot confirm this PaymentIntent because it's missing a payment method.",
      'payment_intent_unexpected_state',
      { payment_intent: before },
    );
  const method = usePaymentMethod(world, account, methodId);
  if (method.customer !== null && method.customer !== before.customer)
    throw badParameter('The provided PaymentMethod belongs to another Customer.', 'payment_method');
  const card = cardOf(method.card!.last4);
  const outcome = params.off_session === true ? card.offSession : card.onSession;
  const tried: PaymentIntent = { ...before, payment_method: method.id, last_payment_error: null, next_action: null };
  if (outcome === 'succeeded') return completePayment(world, account, tried);
  if (outcome !== 'requires_action') throw fail(world, account, tried, outcome);
  if (params.error_on_requires_action === true || params.off_session === true)
    throw fail(world, account, tried, {
      code: 'authentication_required',
      declineCode: 'authentication_required',
      message: 'Your card was declined. This transaction requires authentication.',
    });
  const url = `${world.pagesUrl()}/3ds/${account}/payment_intent/${id}`;
  const return_url = (params.return_url as string | undefined) ?? null;
  const next_action = { type: 'redirect_to_url', redirect_to_url: { url, return_url } } as PaymentIntent['next_action'];
  return save(world, account, { ...tried, status: 'requires_action', next_action }, 'payment_intent.requires_action');
}

/** The money is there. */
export function completePayment(world: World, account: string, before: PaymentIntent): PaymentIntent {
  const method = world.get<Stripe.PaymentMethod>(account, 'payment_method', before.payment_method as string);
  const charge = newCharge(world, account, before, method, null);
  const intent: PaymentIntent = {
    ...before,
    status: 'succeeded',
    amount_received: before.amount,
    latest_charge: charge.id,
    next_action: null,
  };
  save(world, account, intent, 'payment_intent.succeeded');
  if (cardOf(method.card!.last4).isDisputed) dispute(world, account, charge);
  return intent;
}

/** The card was declined; the intent takes another one. */
export function fail(
  world: World,
  account: string,
  before: PaymentIntent,
  { code, declineCode: decline_code, message }: Exclude<Outcome, string>,
): Problem {
  const method = world.get<Stripe.PaymentMethod>(account, 'payment_method', before.payment_method as string);
  const charge = newCharge(world, account, before, method, { code, message });
  const error = { type: 'card_error', code, decline_code, message, payment_method: method, charge: charge.id };
  const failed: Mutable<PaymentIntent> = {
    ...before,
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    latest_charge: charge.id,
    last_payment_error: error as PaymentIntent['last_payment_error'],
  };
  save(world, account, failed, 'payment_intent.payment_failed');
  return new Problem(402, 'card_error', message, {
    code,
    decline_code,
    charge: charge.id,
    payment_intent: failed,
    payment_method: method,
  });
}

function cancel({ account, world, id, params }: Call): PaymentIntent {
  const before = world.get<PaymentIntent>(account, 'payment_intent', id);
  if (!CANCELLABLE.includes(before.status)) throw unexpected(before, 'cancel');
  const reason = (params.cancellation_reason as PaymentIntent['cancellation_reason'] | undefined) ?? null;
  const intent: PaymentIntent = {
    ...before,
    status: 'canceled',
    canceled_at: world.nowS,
    cancellation_reason: reason,
    next_action: null,
  };
  return save(world, account, intent, 'payment_intent.canceled');
}

/** Whether a field is asked for in full. @throws Problem for any other field */
function expands({ expand }: Call['params'], name: string): boolean {
  const asked = (expand as string[] | undefined) ?? [];
  if (asked.some((one) => one !== name)) throw badParameter('This property cannot be expanded.', 'expand');
  return asked.length > 0;
}

/** With its latest charge in full, when that is asked for. */
function withCharge(world: World, account: string, intent: PaymentIntent, isFull: boolean): PaymentIntent {
  if (!isFull || intent.latest_charge === null) return intent;
  return { ...intent, latest_charge: world.get<Stripe.Charge>(account, 'charge', intent.latest_charge as string) };
}

function read({ account, world, id, params }: Call): object {
  const intent = world.get<PaymentIntent>(account, 'payment_intent', id);
  return withCharge(world, account, intent, expands(params, 'latest_charge'));
}

export const paymentIntentRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/payment_intents',
    takes: {
      amount: 'integer',
      currency: 'string',
      customer: 'string',
      description: 'string',
      metadata: 'metadata',
      allowed_payment_method_types: 'strings',
      application_fee_amount: 'integer',
    } satisfies Takes<Stripe.PaymentIntentCreateParams>,
    required: ['amount', 'currency'],
    handle: newPaymentIntent,
  },
  {
    method: 'GET',
    path: '/v1/payment_intents',
    takes: { ...listParams, customer: 'string', created: createdParam } satisfies Takes<Stripe.PaymentIntentListParams>,
    handle: ({ account, world, params }) => {
      const all = world.store.all<PaymentIntent>(account, 'payment_intent');
      const found = all.filter(
        (one) =>
          isCreatedWithin(one.created, params.created) && [undefined, one.customer].includes(params.customer as string),
      );
      return page(
        found.map((one) => withCharge(world, account, one, expands(params, 'data.latest_charge'))),
        params,
        '/v1/payment_intents',
      );
    },
  },
  { method: 'GET', path: '/v1/payment_intents/:id', handle: read },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/confirm',
    takes: {
      payment_method: 'string',
      off_session: 'boolean',
      return_url: 'string',
      error_on_requires_action: 'boolean',
    } satisfies Takes<Stripe.PaymentIntentConfirmParams>,
    handle: confirm,
  },
  {
    method: 'POST',
    path: '/v1/payment_intents/:id/cancel',
    takes: { cancellation_reason: 'string' } satisfies Takes<Stripe.PaymentIntentCancelParams>,
    handle: cancel,
  },
];
