/** What a charge of a card comes to. */
export type Outcome =
  'succeeded' | 'requires_action' | { readonly code: string; readonly declineCode: string; readonly message: string };

/** A card for tests, as the real test mode knows it by the same name. https://docs.stripe.com/testing */
export interface TestCard {
  readonly brand: 'visa' | 'mastercard';
  readonly last4: string;
  /** Of keeping it for later. */
  readonly setup: Outcome;
  /** Of a payment while its owner is there. */
  readonly onSession: Outcome;
  /** Of a payment while its owner is not there. */
  readonly offSession: Outcome;
  readonly isDisputed?: boolean;
}

const declined = (declineCode: string, message: string, code = 'card_declined'): Outcome => ({
  code,
  declineCode,
  message,
});
const generic = declined('generic_decline', 'Your card was declined.');
const noFunds = declined('insufficient_funds', 'Your card has insufficient funds.');
const expired = declined('expired_card', 'Your card has expired.', 'expired_card');
const always = (outcome: Outcome): Pick<TestCard, 'setup' | 'onSession' | 'offSession'> => ({
  setup: outcome,
  onSession: outcome,
  offSession: outcome,
});
const works = always('succeeded');

/** By the name of the payment method that stands for it. */
export const testCards: Readonly<Record<string, TestCard>> = {
  pm_card_visa: { brand: 'visa', last4: '4242', ...works },
  pm_card_mastercard: { brand: 'mastercard', last4: '4444', ...works },
  pm_card_visa_chargeDeclined: { brand: 'visa', last4: '0002', ...always(generic) },
  pm_card_visa_chargeDeclinedInsufficientFunds: { brand: 'visa', last4: '9995', ...always(noFunds) },
  pm_card_chargeDeclinedExpiredCard: { brand: 'visa', last4: '0069', ...always(expired) },
  pm_card_chargeCustomerFail: {
    brand: 'visa',
    last4: '0341',
    setup: 'succeeded',
    onSession: generic,
    offSession: generic,
  },
  pm_card_authenticationRequired: {
    brand: 'visa',
    last4: '3184',
    setup: 'requires_action',
    onSession: 'requires_action',
    offSession: 'requires_action',
  },
  pm_card_authenticationRequiredOnSetup: {
    brand: 'visa',
    last4: '3155',
    setup: 'requires_action',
    onSession: 'requires_action',
    offSession: 'succeeded',
  },
  pm_card_createDispute: { brand: 'visa', last4: '0259', ...works, isDisputed: true },
};

/** The card behind the last four digits that a payment method shows. */
export function cardOf(last4: string): TestCard {
  return Object.values(testCards).find((card) => card.last4 === last4)!;
}
