import type { Stripe } from 'stripe';
import { PLATFORM, type World } from './call.js';
import { testCards } from './cards/test-cards.js';
import { Problem } from './http/problem.js';
import { completeOnboarding } from './objects/accounts.js';
import { attach, usePaymentMethod } from './objects/payment-methods.js';
import { completePayment, fail } from './objects/payment-intents.js';
import { completeSetup, confirmSetup } from './objects/setup-intents.js';

/** A page, or where a person goes next. */
export type PageAnswer = { readonly html: string } | { readonly location: string };

const AUTHENTICATION_FAILED = {
  code: 'payment_intent_authentication_failure',
  declineCode: 'authentication_failed',
  message: 'We are unable to authenticate your payment method.',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
const choice = (name: string, value: string): string =>
  `<form method="post"><button name="${name}" value="${escape(value)}">${escape(value)}</button></form>`;

function pageOf(title: string, names: readonly string[], name = 'choice'): PageAnswer {
  const body = names.map((one) => choice(name, one)).join('');
  return {
    html: `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>Local stand-in: no money moves.</p>${body}`,
  };
}

const done = (url: string | null | undefined, text: string): PageAnswer => (url ? { location: url } : pageOf(text, []));

/**
 * The pages that people visit: checkout, 3-D Secure, portal and onboarding. `chosen` is null when the page is looked at, and what
 * was pressed after that. Undefined for any other path.
 */
export function answerPage(world: World, url: URL, chosen: string | null): PageAnswer | undefined {
  const [page, account = '', ...rest] = url.pathname.slice(1).split('/');
  switch (page) {
    case 'checkout':
      return checkout(world, account, rest[0] ?? '', chosen);
    case '3ds':
      return authentication(world, account, rest, chosen);
    case 'portal':
      return portal(world, account, rest[0] ?? '', chosen);
    case 'onboarding':
      if (chosen === null) return pageOf('Onboarding', ['complete']);
      completeOnboarding(world, account);
      return done(url.searchParams.get('return_url'), 'Complete');
    default:
      return undefined;
  }
}

function checkout(world: World, account: string, id: string, card: string | null): PageAnswer {
  const session = world.get<Stripe.Checkout.Session>(account, 'checkout_session', id);
  const intent = world.get<Stripe.SetupIntent>(account, 'setup_intent', session.setup_intent as string);
  if (card === null) return pageOf('Checkout', Object.keys(testCards));
  let confirmed = intent;
  try {
    confirmed = confirmSetup(world, account, intent, card);
  } catch (error) {
    if (error instanceof Problem) return pageOf(`Declined: ${escape(error.message)}`, Object.keys(testCards));
    throw error;
  }
  if (confirmed.status === 'requires_action') {
    const method = world.get<Stripe.PaymentMethod>(account, 'payment_method', confirmed.payment_method as string);
    completeSetup(world, account, confirmed, method); // the page asks for the authentication itself
  }
  const complete = world.store.save(account, 'checkout_session', { ...session, status: 'complete' as const });
  world.emit(account, 'checkout.session.completed', complete);
  return done(session.success_url, 'Complete');
}

function authentication(world: World, account: string, [kind, id = '']: string[], chosen: string | null): PageAnswer {
  if (chosen === null) return pageOf('3-D Secure', ['authenticate', 'fail']);
  if (kind === 'setup_intent') {
    const intent = world.get<Stripe.SetupIntent>(account, kind, id);
    const method = world.get<Stripe.PaymentMethod>(account, 'payment_method', intent.payment_method as string);
    completeSetup(world, account, intent, method);
    return done(null, 'Complete');
  }
  const intent = world.get<Stripe.PaymentIntent>(account, 'payment_intent', id);
  const returnUrl = intent.next_action?.redirect_to_url?.return_url;
  if (intent.status !== 'requires_action') return done(returnUrl, 'Nothing to authenticate');
  if (chosen === 'authenticate') completePayment(world, account, intent);
  else fail(world, account, intent, AUTHENTICATION_FAILED);
  return done(returnUrl, 'Complete');
}

function portal(world: World, account: string, id: string, card: string | null): PageAnswer {
  const session = world.get<Stripe.BillingPortal.Session>(account, 'portal_session', id);
  if (card === null) return pageOf('Add a card', Object.keys(testCards));
  const method = attach(world, account, usePaymentMethod(world, account, card), session.customer);
  const customer = world.get<Stripe.Customer>(PLATFORM, 'customer', session.customer);
  const invoice_settings = { ...customer.invoice_settings, default_payment_method: method.id };
  world.emit(account, 'customer.updated', world.store.save(account, 'customer', { ...customer, invoice_settings }));
  return done(session.return_url, 'Added');
}
