import type { Stripe } from 'stripe';
import { page, type Route, type World } from '../call.js';
import { listParams } from '../http/params.js';
import { newObjectId } from '../store.js';

const NO_ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

/** One attempt to take money. */
export function newCharge(
  world: World,
  account: string,
  intent: Stripe.PaymentIntent,
  method: Stripe.PaymentMethod,
  failure: { readonly code: string; readonly message: string } | null,
): Stripe.Charge {
  const isPaid = failure === null;
  const id = newObjectId('ch');
  const charge = {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: isPaid ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: intent.application_fee_amount,
    balance_transaction: isPaid ? newObjectId('txn') : null,
    billing_details: { address: NO_ADDRESS, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: 'LOCAL',
    captured: isPaid,
    created: world.nowS,
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: null,
    paid: isPaid,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: { type: 'card', card: { brand: method.card!.brand, last4: method.card!.last4 } },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    refunds: null,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: isPaid ? 'succeeded' : 'failed',
    transfer_data: null,
    transfer_group: null,
  } as unknown as Stripe.Charge;
  world.store.save(account, 'charge', charge);
  world.emit(account, isPaid ? 'charge.succeeded' : 'charge.failed', charge);
  return charge;
}

/** The owner of the card wants the money back, through the bank. */
export function dispute(world: World, account: string, charge: Stripe.Charge): Stripe.Dispute {
  const dispute = {
    id: newObjectId('dp'),
    object: 'dispute',
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: world.nowS,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: world.nowS + 14 * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      type: 'card',
      card: { brand: 'visa', case_type: 'chargeback', network_reason_code: '83', network: 'visa' },
    },
    reason: 'fraudulent',
    status: 'needs_response',
  } as unknown as Stripe.Dispute;
  world.store.save(account, 'charge', { ...charge, disputed: true });
  world.store.save(account, 'dispute', dispute);
  world.emit(account, 'charge.dispute.created', dispute);
  return dispute;
}

/** Ends a dispute as the bank decides it. */
export function decideDispute(world: World, account: string, id: string, status: 'won' | 'lost'): Stripe.Dispute {
  const decided = { ...world.get<Stripe.Dispute>(account, 'dispute', id), status };
  world.store.save(account, 'dispute', decided);
  world.emit(account, 'charge.dispute.closed', decided);
  return decided;
}

export const chargeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/charges/:id',
    handle: ({ account, world, id }) => world.get(account, 'charge', id),
  },
  {
    method: 'GET',
    path: '/v1/disputes',
    takes: { ...listParams, payment_intent: 'string' },
    handle: ({ account, world, params }) => {
      const all = world.store.all<Stripe.Dispute>(account, 'dispute');
      const found = all.filter((one) => [undefined, one.payment_intent].includes(params.payment_intent as string));
      return page(found, params, '/v1/disputes');
    },
  },
  {
    method: 'GET',
    path: '/v1/disputes/:id',
    handle: ({ account, world, id }) => world.get(account, 'dispute', id),
  },
];
