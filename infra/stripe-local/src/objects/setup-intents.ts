import type { Stripe } from 'stripe';
import type { Call, Route, World } from '../call.js';
import { cardOf } from '../cards/test-cards.js';
import type { Takes } from '../http/params.js';
import { Problem, wrongState } from '../http/problem.js';
import { newObjectId } from '../store.js';
import { attach, usePaymentMethod } from './payment-methods.js';

type SetupIntent = Stripe.SetupIntent;

/** A wish to keep a card for later. */
export function newSetupIntent(
  world: World,
  account: string,
  customer: string | null,
  metadata: Stripe.Metadata,
): SetupIntent {
  const id = newObjectId('seti');
  const intent = {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${newObjectId('', 24).slice(1)}`,
    created: world.nowS,
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    mandate: null,
    metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage: 'off_session',
  } as unknown as SetupIntent; // the type does not know that flow_directions is null
  world.emit(account, 'setup_intent.created', world.store.save(account, 'setup_intent', intent));
  return intent;
}

function save(world: World, account: string, intent: SetupIntent, type: string): SetupIntent {
  world.emit(account, type, world.store.save(account, 'setup_intent', intent));
  return intent;
}

/** Tries to keep a card. @throws Problem `card_error` when it is declined */
export function confirmSetup(world: World, account: string, before: SetupIntent, methodId: string): SetupIntent {
  if (before.status !== 'requires_payment_method' && before.status !== 'requires_confirmation')
    throw wrongState(`This SetupIntent's status is ${before.status}`, 'setup_intent_unexpected_state');
  const method = usePaymentMethod(world, account, methodId);
  const outcome = cardOf(method.card!.last4).setup;
  if (outcome === 'succeeded') return completeSetup(world, account, before, method);
  if (outcome === 'requires_action') {
    const url = `${world.pagesUrl()}/3ds/${account}/setup_intent/${before.id}`;
    const next_action = {
      type: 'redirect_to_url',
      redirect_to_url: { url, return_url: null },
    } as SetupIntent['next_action'];
    const waiting: SetupIntent = { ...before, status: 'requires_action', payment_method: method.id, next_action };
    return save(world, account, waiting, 'setup_intent.requires_action');
  }
  const { code, declineCode: decline_code, message } = outcome;
  const error = { type: 'card_error', code, decline_code, message } as NonNullable<SetupIntent['last_setup_error']>;
  const failed: SetupIntent = { ...before, status: 'requires_payment_method', last_setup_error: error };
  save(world, account, failed, 'setup_intent.setup_failed');
  throw new Problem(402, 'card_error', message, { code, decline_code, setup_intent: failed });
}

/** The card is the customer's now. */
export function completeSetup(
  world: World,
  account: string,
  before: SetupIntent,
  method: Stripe.PaymentMethod,
): SetupIntent {
  if (before.customer !== null) attach(world, account, method, before.customer as string);
  const intent: SetupIntent = { ...before, status: 'succeeded', payment_method: method.id, next_action: null };
  return save(world, account, intent, 'setup_intent.succeeded');
}

const get = ({ account, world, id }: Call): SetupIntent => world.get<SetupIntent>(account, 'setup_intent', id);

export const setupIntentRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/setup_intents',
    takes: {
      customer: 'string',
      usage: 'string',
      metadata: 'metadata',
      allowed_payment_method_types: 'strings',
    } satisfies Takes<Stripe.SetupIntentCreateParams>,
    handle: ({ account, world, params }) => {
      const customer = (params.customer as string | undefined) ?? null;
      if (customer !== null) world.get(account, 'customer', customer, 'customer');
      return newSetupIntent(world, account, customer, (params.metadata as Stripe.Metadata | undefined) ?? {});
    },
  },
  { method: 'GET', path: '/v1/setup_intents/:id', handle: get },
  {
    method: 'POST',
    path: '/v1/setup_intents/:id/confirm',
    takes: { payment_method: 'string', client_secret: 'string', return_url: 'string' },
    required: ['payment_method'],
    handle: (call) => confirmSetup(call.world, call.account, get(call), call.params.payment_method as string),
  },
];
