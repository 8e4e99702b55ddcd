import type { Stripe } from 'stripe';
import { isCreatedWithin, page, PLATFORM, type Call, type Route, type World } from '../call.js';
import { createdParam, listParams, type Takes } from '../http/params.js';
import { newObjectId } from '../store.js';

const OPEN_REQUIREMENTS = ['business_profile.url', 'external_account', 'tos_acceptance.date'];

function requirements(due: readonly string[]): object {
  const none = { alternatives: [], current_deadline: null, errors: [], past_due: [], pending_verification: [] };
  return {
    ...none,
    currently_due: due,
    eventually_due: due,
    disabled_reason: due.length > 0 ? 'requirements.past_due' : null,
  };
}

/** A business of its own that takes payments through the platform. */
function created({ world, params }: Call): Stripe.Account {
  const id = newObjectId('acct', 16);
  const account = {
    id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      mcc: null,
      name: null,
      product_description: null,
      support_address: null,
      support_email: null,
      support_phone: null,
      support_url: null,
      url: null,
    },
    business_type: null,
    capabilities: { card_payments: 'inactive', transfers: 'inactive' },
    charges_enabled: false,
    controller: { type: 'application' },
    country: (params.country as string | undefined) ?? 'US',
    created: world.nowS,
    default_currency: 'usd',
    details_submitted: false,
    email: (params.email as string | undefined) ?? null,
    external_accounts: { object: 'list', data: [], has_more: false, url: `/v1/accounts/${id}/external_accounts` },
    future_requirements: requirements([]),
    metadata: (params.metadata as Stripe.Metadata | undefined) ?? {},
    payouts_enabled: false,
    requirements: requirements(OPEN_REQUIREMENTS),
    settings: {},
    tos_acceptance: { date: null, ip: null, user_agent: null },
    type: params.type ?? 'standard',
  } as unknown as Stripe.Account;
  return world.store.save(PLATFORM, 'account', account);
}

/** What a business answers on the page that an account link leads to. */
export function completeOnboarding(world: World, id: string): Stripe.Account {
  const done = {
    ...world.get<Stripe.Account>(PLATFORM, 'account', id),
    charges_enabled: true,
    payouts_enabled: true,
    details_submitted: true,
    capabilities: { card_payments: 'active', transfers: 'active' },
    requirements: requirements([]),
  } as Stripe.Account;
  world.store.save(PLATFORM, 'account', done);
  world.emit(id, 'account.updated', done);
  return done;
}

export const accountRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/accounts',
    takes: {
      type: 'string',
      country: 'string',
      email: 'string',
      metadata: 'metadata',
      capabilities: { card_payments: { requested: 'boolean' }, transfers: { requested: 'boolean' } },
    } satisfies Takes<Stripe.AccountCreateParams>,
    handle: created,
  },
  { method: 'GET', path: '/v1/accounts/:id', handle: ({ world, id }) => world.get(PLATFORM, 'account', id) },
  {
    method: 'GET',
    path: '/v1/accounts',
    takes: { ...listParams, created: createdParam },
    handle: ({ world, params }) => {
      const all = world.store.all<Stripe.Account>(PLATFORM, 'account');
      return page(
        all.filter((one) => isCreatedWithin(one.created!, params.created)),
        params,
        '/v1/accounts',
      );
    },
  },
  {
    method: 'POST',
    path: '/v1/account_links',
    takes: {
      account: 'string',
      refresh_url: 'string',
      return_url: 'string',
      type: 'string',
    } satisfies Takes<Stripe.AccountLinkCreateParams>,
    required: ['account', 'type'],
    handle: ({ world, params }) => {
      const { id } = world.get<Stripe.Account>(PLATFORM, 'account', params.account as string, 'account');
      const nowS = world.nowS;
      const back = encodeURIComponent((params.return_url as string | undefined) ?? '');
      const url = `${world.pagesUrl()}/onboarding/${id}?return_url=${back}`;
      return { object: 'account_link', created: nowS, expires_at: nowS + 300, url } satisfies Stripe.AccountLink;
    },
  },
];
