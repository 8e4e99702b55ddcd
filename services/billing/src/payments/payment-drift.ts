import { formatNanos } from '@tenantry/kernel';
import type { Payment } from './payment.js';
import type { ListedPayment } from './payment-provider.js';

export type DriftKind =
  | 'unknown_here'
  | 'unknown_there'
  | 'amount'
  | 'status'
  | 'refunded'
  | 'invoice_state'
  | 'invoice_amount'
  | 'account_unreachable';

/** Where our ledger and the provider, or a payment and its invoice, do not say the same. */
export interface Drift {
  readonly kind: DriftKind;
  readonly tenantId: string | null;
  readonly paymentId: string | null;
  readonly invoiceId: string | null;
  readonly providerId: string | null;
  readonly ours: string | null;
  readonly theirs: string | null;
}

/** What a person does about it. */
export const repairs: Readonly<Record<DriftKind, string>> = {
  unknown_here: 'Find out whose it is at the provider, and give it back there',
  unknown_there: 'Look for it in the provider’s dashboard; it may be of another account or mode',
  amount: 'Give back the difference, or collect it',
  status: 'None: what the provider says was taken over',
  refunded: 'None: what the provider says was taken over',
  invoice_state: 'Give the payment back: its invoice was ended otherwise',
  account_unreachable: 'Have its tenant connect it again; its payments can not be compared until then',
  invoice_amount: 'Give back, or credit, what the invoice and its payments differ by',
};

/** Where what the provider says is taken over as it is. */
export const TAKEN_OVER: readonly DriftKind[] = ['status', 'refunded'];

export function isTakenOver({ kind }: Drift): boolean {
  return TAKEN_OVER.includes(kind);
}

/** What makes a drift the same one the next night. */
export function subjectOf({ kind, paymentId, invoiceId, providerId }: Drift): string {
  return `${kind} ${invoiceId ?? paymentId ?? providerId}`;
}

/** Every difference between a payment here and there; of amounts to the last unit. */
export function compare(ours: Payment | undefined, theirs: ListedPayment): Drift[] {
  const providerId = theirs.id;
  const none = { tenantId: null, paymentId: null, invoiceId: null, providerId };
  if (!ours) {
    const isLost = theirs.isOurs && theirs.status === 'succeeded';
    return isLost ? [{ ...none, kind: 'unknown_here', ours: null, theirs: formatNanos(theirs.amountNanos) }] : [];
  }
  const about = { tenantId: ours.tenantId, paymentId: ours.id, invoiceId: null, providerId };
  const pairs: [DriftKind, string, string][] = [
    ['amount', formatNanos(ours.amountNanos), formatNanos(theirs.amountNanos)],
    ['status', ours.status, theirs.status],
    ['refunded', formatNanos(ours.refundedNanos), formatNanos(theirs.refundedNanos)],
  ];
  return pairs
    .filter(([, here, there]) => here !== there)
    .map(([kind, here, there]) => ({ ...about, kind, ours: here, theirs: there }));
}
