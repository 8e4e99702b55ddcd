import type { Stripe } from 'stripe';
import { type Call, type Route } from '../call.js';
import { newObjectId } from '../store.js';
import { newSetupIntent } from './setup-intents.js';
import type { Takes } from '../http/params.js';
import { badParameter } from '../http/problem.js';

const DAY_S = 86_400;

/** A hosted page on which a card is kept for later; nothing is sold on it. */
function checkout({ account, world, params }: Call): Stripe.Checkout.Session {
  if (params.mode !== 'setup') throw badParameter('The local stand-in knows the mode setup alone.', 'mode');
  if (!params.currency && !params.allowed_payment_method_types)
    throw badParameter(
      'You must provide currency or allowed_payment_method_types in setup mode.',
      'currency',
      'parameter_missing',
    );
  const customer = params.customer as string;
  world.get(account, 'customer', customer, 'customer');
  const id = newObjectId('cs_test', 58);
  const metadata = (params.metadata as Stripe.Metadata | undefined) ?? {};
  const nothing = Object.fromEntries(NOTHING.map((name) => [name, null]));
  const session = {
    id,
    object: 'checkout.session',
    ...nothing,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    cancel_url: (params.cancel_url as string | undefined) ?? null,
    created: world.nowS,
    currency: (params.currency as string | undefined) ?? null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer,
    expires_at: world.nowS + DAY_S,
    livemode: false,
    metadata,
    mode: 'setup',
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'no_payment_required',
    phone_number_collection: { enabled: false },
    setup_intent: newSetupIntent(world, account, customer, metadata).id,
    shipping_options: [],
    status: 'open',
    success_url: params.success_url as string,
    ui_mode: 'hosted_page',
    url: `${world.pagesUrl()}/checkout/${account}/${id}`,
  } as unknown as Stripe.Checkout.Session;
  return world.store.save(account, 'checkout_session', session);
}

/** What a session that keeps a card has nothing to say about. */
const NOTHING = [
  'adaptive_pricing',
  'after_expiration',
  'allow_promotion_codes',
  'allowed_payment_method_types',
  'amount_subtotal',
  'amount_total',
  'billing_address_collection',
  'client_reference_id',
  'client_secret',
  'collected_information',
  'consent',
  'consent_collection',
  'currency_conversion',
  'customer_account',
  'customer_creation',
  'customer_details',
  'customer_email',
  'discounts',
  'integration_identifier',
  'invoice',
  'invoice_creation',
  'locale',
  'managed_payments',
  'origin_context',
  'payment_intent',
  'payment_link',
  'payment_method_collection',
  'payment_method_configuration_details',
  'permissions',
  'recovered_from',
  'saved_payment_method_options',
  'shipping_address_collection',
  'shipping_cost',
  'submit_type',
  'subscription',
  'total_details',
  'wallet_options',
] as const satisfies readonly (keyof Stripe.Checkout.Session)[];

/** A link to the page on which a customer manages what it pays with. */
function portal({ account, world, params }: Call): Stripe.BillingPortal.Session {
  const customer = params.customer as string;
  world.get(account, 'customer', customer, 'customer');
  const id = newObjectId('bps');
  const session: Stripe.BillingPortal.Session = {
    id,
    object: 'billing_portal.session',
    configuration: 'bpc_local',
    created: world.nowS,
    customer,
    customer_account: null,
    flow: null,
    livemode: false,
    locale: null,
    on_behalf_of: null,
    return_url: (params.return_url as string | undefined) ?? null,
    url: `${world.pagesUrl()}/portal/${account}/${id}`,
  };
  return world.store.save(account, 'portal_session', session);
}

export const sessionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/checkout/sessions',
    takes: {
      mode: 'string',
      customer: 'string',
      success_url: 'string',
      cancel_url: 'string',
      currency: 'string',
      metadata: 'metadata',
      allowed_payment_method_types: 'strings',
    } satisfies Takes<Stripe.Checkout.SessionCreateParams>,
    required: ['mode', 'customer', 'success_url'],
    handle: checkout,
  },
  {
    method: 'POST',
    path: '/v1/billing_portal/sessions',
    takes: { customer: 'string', return_url: 'string' } satisfies Takes<Stripe.BillingPortal.SessionCreateParams>,
    required: ['customer'],
    handle: portal,
  },
];
