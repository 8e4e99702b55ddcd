import { Fault } from '@tenantry/kernel';
import type { RedactionState } from '../redactions/redaction.js';

/** What a request to the provider came to when it did not come to what was asked. */
export type Outcome =
  /** Answered with a failure that the provider repeats for every request under the same key. */
  | 'kept'
  /** Not answered: it may have been done. */
  | 'unknown'
  /** The provider does not know what was named. */
  | 'missing'
  /** Refused for what it said. */
  | 'refused';

const SEEN_BY_CALLERS = {
  kept: { reason: 'unavailable', detail: 'The payment provider can not do this right now; try again' },
  unknown: { reason: 'unavailable', detail: 'The payment provider does not answer right now; try again' },
  missing: { reason: 'payment-refused', detail: 'The payment provider does not know what this is about' },
  refused: { reason: 'payment-refused', detail: 'The payment provider refused this' },
} as const;

/** A request to the provider that failed. What the provider said stays in the log. */
export class ProviderFault extends Fault {
  constructor(
    readonly outcome: Outcome,
    cause: unknown,
  ) {
    const { reason, detail } = SEEN_BY_CALLERS[outcome];
    super(reason, { detail, cause, ...(reason === 'unavailable' ? { retryAfterS: 5 } : {}) });
  }
}

export type PaymentStatus = 'pending' | 'action_required' | 'processing' | 'succeeded' | 'canceled';
export type DisputeStatus = 'needs_response' | 'under_review' | 'won' | 'lost';

/** Something to pay with. */
export interface ProviderMethod {
  readonly id: string;
  readonly customerId: string | null;
  readonly type: string;
  readonly brand: string | null;
  readonly last4: string | null;
  /** Year and month, e.g. 2029-12. */
  readonly expires: string | null;
}

/** A payment as it is at the provider now. */
export interface ProviderPayment {
  readonly id: string;
  readonly status: PaymentStatus;
  readonly amountNanos: bigint;
  readonly refundedNanos: bigint;
  readonly disputeStatus: DisputeStatus | null;
  readonly failureCode: string | null;
  /** Where the payer's bank asks for more. */
  readonly actionUrl: string | null;
}

/** A payment as it is in a list. */
export interface ListedPayment extends ProviderPayment {
  /** Whether it was made by us, as it says. */
  readonly isOurs: boolean;
}

/** A request that is to have one effect, however often it is sent under its key. */
export interface Keyed {
  readonly key: string;
}

export interface NewCustomer extends Keyed {
  readonly tenantId: string;
  readonly name: string;
}

export interface NewPayment extends Keyed {
  /** Our id of it: by it the payment is found again. */
  readonly paymentId: string;
  readonly customerId: string | null;
  /** The connected account that is paid; null when the platform is. */
  readonly accountId: string | null;
  readonly amountNanos: bigint;
  readonly currency: string;
  readonly description: string;
}

export interface Confirmation extends Keyed {
  readonly id: string;
  readonly accountId: string | null;
  readonly methodId: string;
  /** Whether the payer is away: then nobody can be sent to their bank. */
  readonly isOffSession: boolean;
  readonly returnUrl: string | null;
}

export interface NewRefund extends Keyed {
  /** Our id of it: by it the refund is found again. */
  readonly refundId: string;
  /** The payment at the provider. */
  readonly id: string;
  readonly accountId: string | null;
  readonly amountNanos: bigint;
  readonly currency: string;
}

export interface AccountPlace {
  readonly returnUrl: string;
  readonly refreshUrl: string;
}

export interface SetupPlace {
  readonly successUrl: string;
  readonly cancelUrl: string | null;
}

/** An event, with the little of it that we look at. */
export interface ProviderEvent {
  readonly stripeId: string;
  readonly type: string;
  /** The connected account that it is of; null for the platform's own. */
  readonly accountId: string | null;
  /** The payment that it names. */
  readonly paymentId: string | null;
  readonly isTest: boolean;
  readonly happenedAt: Date;
}

/**
 * Whoever takes the money: the only thing that Tenantry knows about payments at a provider. Every method throws `ProviderFault`, or
 * `payments-off` without one.
 */
export abstract class PaymentProvider {
  /** Whether there is one. */
  abstract readonly isThere: boolean;
  /** Whether no money moves. */
  abstract readonly isTest: boolean;

  abstract createCustomer(customer: NewCustomer): Promise<string>;
  /** The customer that was made for a tenant since a time, if one was, and is none of those that it had before. */
  abstract findCustomer(tenantId: string, since: Date, before: ReadonlySet<string>): Promise<string | undefined>;
  /** Asks to have a customer forgotten, with whatever belongs to it; answers what the request is called. */
  abstract startRedaction(customerId: string, key: string): Promise<string>;
  abstract redactionState(id: string): Promise<RedactionState>;
  /** Begins to forget: there is no way back. */
  abstract runRedaction(id: string): Promise<void>;
  /** A page on which the customer sets up a payment method. */
  abstract checkoutUrl(customerId: string, place: SetupPlace): Promise<string>;
  /** What the provider's script confirms the set-up of a payment method with. */
  abstract setupSecret(customerId: string): Promise<string>;
  abstract portalUrl(customerId: string, returnUrl: string | null): Promise<string>;
  /** The newest hundred. */
  abstract listMethods(customerId: string): Promise<ProviderMethod[]>;
  /** Undefined when the provider knows none of this id. */
  abstract findMethod(id: string): Promise<ProviderMethod | undefined>;
  abstract removeMethod(id: string): Promise<void>;
  /** What the customer prefers; null when it has said nothing. */
  abstract defaultMethod(customerId: string): Promise<string | null>;
  abstract setDefaultMethod(customerId: string, methodId: string): Promise<void>;

  /** A payment that nobody has paid yet: two of them do no harm. */
  abstract createPayment(payment: NewPayment): Promise<ProviderPayment>;
  /** The payment that was made under our id since a time, if one was. */
  abstract findPayment(payment: Omit<NewPayment, 'key'>, since: Date): Promise<ProviderPayment | undefined>;
  abstract getPayment(id: string, accountId: string | null): Promise<ProviderPayment>;
  /** Takes the money. A decline is no failure: the payment says it. One payment can succeed once. */
  abstract confirmPayment(confirmation: Confirmation): Promise<ProviderPayment>;
  /** What has succeeded meanwhile stays so. */
  abstract cancelPayment(id: string, accountId: string | null): Promise<ProviderPayment>;

  /** Every payment of an account since a time, in batches. */
  abstract listPayments(since: Date, accountId: string | null): AsyncIterable<readonly ListedPayment[]>;

  /** Gives money back. */
  abstract refund(refund: NewRefund): Promise<void>;
  /** Whether a refund was made under our id. */
  abstract hasRefund(refund: Omit<NewRefund, 'key'>): Promise<boolean>;

  /** An account of the tenant's own, to which its customers pay. */
  abstract createAccount(tenantId: string, key: string): Promise<string>;
  /** The account that was made for a tenant since a time, if one was. */
  abstract findAccount(tenantId: string, since: Date): Promise<string | undefined>;
  /** Whether the account may take payments now. */
  abstract canTakePayments(accountId: string): Promise<boolean>;
  /** The page on which somebody answers the provider's questions about the account. */
  abstract accountUrl(accountId: string, place: AccountPlace): Promise<string>;

  /** An event whose signature holds now. @throws Fault `signature-refused` */
  abstract readEvent(body: Uint8Array, signature: string, now: Date): ProviderEvent;
}
