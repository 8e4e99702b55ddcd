import type { Stripe } from 'stripe';
import { page, type Call, type Route } from '../call.js';
import { listParams, type Takes } from '../http/params.js';
import { badParameter, wrongState } from '../http/problem.js';
import { newObjectId } from '../store.js';

function created({ account, world, params }: Call): Stripe.Refund {
  const intent = world.get<Stripe.PaymentIntent>(
    account,
    'payment_intent',
    params.payment_intent as string,
    'payment_intent',
  );
  if (intent.status !== 'succeeded')
    throw wrongState('This PaymentIntent does not have a successful charge to refund.', 'charge_not_refundable');
  const charge = world.get<Stripe.Charge>(account, 'charge', intent.latest_charge as string);
  if (charge.disputed)
    throw wrongState(`Charge ${charge.id} has been charged back; cannot issue a refund.`, 'charge_disputed');
  const left = charge.amount - charge.amount_refunded;
  if (left === 0) throw wrongState(`Charge ${charge.id} has already been refunded.`, 'charge_already_refunded');
  const amount = (params.amount as number | undefined) ?? left;
  if (amount < 1 || amount > left)
    throw badParameter(`Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`, 'amount');
  const refund: Stripe.Refund = {
    id: newObjectId('re'),
    object: 'refund',
    amount,
    balance_transaction: newObjectId('txn'),
    charge: charge.id,
    created: world.nowS,
    currency: charge.currency,
    customer: charge.customer as string | null,
    customer_account: null,
    destination_details: { type: 'card', card: { type: 'refund' } } as Stripe.Refund.DestinationDetails,
    metadata: (params.metadata as Stripe.Metadata | undefined) ?? {},
    payment_intent: intent.id,
    payment_method: charge.payment_method,
    reason: (params.reason as Stripe.Refund['reason'] | undefined) ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  world.store.save(account, 'refund', refund);
  const amount_refunded = charge.amount_refunded + amount;
  const after = world.store.save(account, 'charge', {
    ...charge,
    amount_refunded,
    refunded: amount_refunded === charge.amount,
  });
  world.emit(account, 'refund.created', refund);
  world.emit(account, 'charge.refunded', after);
  return refund;
}

export const refundRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/v1/refunds',
    takes: {
      payment_intent: 'string',
      amount: 'integer',
      reason: 'string',
      metadata: 'metadata',
    } satisfies Takes<Stripe.RefundCreateParams>,
    required: ['payment_intent'],
    handle: created,
  },
  {
    method: 'GET',
    path: '/v1/refunds',
    takes: { ...listParams, payment_intent: 'string' },
    handle: ({ account, world, params }) => {
      const all = world.store.all<Stripe.Refund>(account, 'refund');
      const found = all.filter((one) => [undefined, one.payment_intent].includes(params.payment_intent as string));
      return page(found, params, '/v1/refunds');
    },
  },
];
