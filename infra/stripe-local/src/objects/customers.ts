import type { Stripe } from 'stripe';
import { isCreatedWithin, page, type Call, type Route } from '../call.js';
import { createdParam, listParams, type Takes } from '../http/params.js';
import { newObjectId } from '../store.js';

const fields = {
  name: 'string',
  email: 'string',
  description: 'string',
  metadata: 'metadata',
  invoice_settings: { default_payment_method: 'string' },
} satisfies Takes<Stripe.CustomerCreateParams>;

function created({ params, account, world }: Call): Stripe.Customer {
  const customer: Stripe.Customer = {
    id: newObjectId('cus', 14),
    object: 'customer',
    address: null,
    balance: 0,
    created: world.nowS,
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: (params.description as string | undefined) ?? null,
    discount: null,
    email: (params.email as string | undefined) ?? null,
    invoice_prefix: newObjectId('', 8).slice(1).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: (params.metadata as Stripe.Metadata | undefined) ?? {},
    name: (params.name as string | undefined) ?? null,
    next_invoice_sequence: 1,
    phone: null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  } as Stripe.Customer;
  world.emit(account, 'customer.created', world.store.save(account, 'customer', customer));
  return customer;
}

function changed({ params, account, world, id }: Call): Stripe.Customer {
  const before = world.get<Stripe.Customer>(account, 'customer', id);
  const { invoice_settings: settings, metadata, ...plain } = params as Partial<Stripe.Customer>;
  const preferred = settings?.default_payment_method;
  if (typeof preferred === 'string') world.get(account, 'payment_method', preferred);
  const customer = {
    ...before,
    ...plain,
    metadata: { ...before.metadata, ...metadata },
    invoice_settings: { ...before.invoice_settings, ...settings },
  };
  world.emit(account, 'customer.updated', world.store.save(account, 'customer', customer));
  return customer;
}

export const customerRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/customers', takes: fields, handle: created },
  { method: 'POST', path: '/v1/customers/:id', takes: fields, handle: changed },
  {
    method: 'GET',
    path: '/v1/customers',
    takes: { ...listParams, created: createdParam, email: 'string' } satisfies Takes<Stripe.CustomerListParams>,
    handle: ({ params, account, world }) => {
      const all = world.store.all<Stripe.Customer>(account, 'customer');
      const found = all.filter(
        (one) =>
          isCreatedWithin(one.created, params.created) && [undefined, one.email].includes(params.email as string),
      );
      return page(found, params, '/v1/customers');
    },
  },
  {
    method: 'GET',
    path: '/v1/customers/:id',
    handle: ({ account, world, id }) => world.get(account, 'customer', id),
  },
];
