import type { PersonColumn, PersonPlace } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Sought, SubjectCounts } from './billing-subject.table.js';

/** The places of billing with something about a person. */
export const PLACES = {
  contact: 'billing.contact',
  invoice: 'billing.invoice',
  usage: 'billing.usage_event',
  budget: 'billing.budget',
  provider: 'Stripe',
} as const;

const personal = (name: string): PersonColumn => ({ name, classification: 'personal' });
const internal = (name: string): PersonColumn => ({ name, classification: 'internal' });
const SHOWN: Readonly<Record<string, PersonColumn[]>> = {
  [PLACES.contact]: [personal('name'), personal('email'), personal('address'), internal('updatedAt')],
  [PLACES.usage]: [
    ...[internal('type'), internal('id'), internal('source'), internal('occurredAt'), internal('value')],
    personal('properties'),
  ],
};

/** Whom a request names. */
export function soughtOf({
  email,
  userId,
}: {
  readonly email?: string | null;
  readonly userId?: string | null;
}): Sought {
  return { email: email?.toLowerCase() ?? null, userId: userId ?? null };
}

const PROVIDER = {
  possible: {
    action: 'delete',
    reason:
      'The person is whom invoices go to: Stripe redacts the customer that the tenant pays by, with its payment methods. The tenant gets another one, for which somebody sets up how it pays',
  },
  'by-hand': {
    action: 'manual',
    reason:
      'The person is whom invoices go to, and Stripe is not connected any more: have it redact the customer there (Dashboard, Privacy)',
  },
} as const;

/** What an erasure does where. What tax law wants is kept, with that reason. */
export function placesOf(
  { contacts, invoices, events, budgets }: SubjectCounts,
  provider: 'none' | 'possible' | 'by-hand',
): PersonPlace[] {
  const place = (name: string, rows: bigint, action: string, reason: string | null = null): PersonPlace => ({
    ...{ place: name, rows, action, reason, columns: SHOWN[name] ?? [] },
  });
  const law = '(GDPR Art. 17(3)(b) with the tax law that applies)';
  return [
    place(PLACES.contact, contacts, 'delete'),
    place(PLACES.invoice, invoices, 'keep', `Invoices say to whom they went for as long as they must be kept ${law}`),
    place(PLACES.usage, events, 'keep', `Usage is what invoices are made of; it names the person by id alone ${law}`),
    place(PLACES.budget, budgets, 'keep', 'A limit on the tenant’s spending; it names the person by id alone'),
    ...(contacts > 0n && provider !== 'none'
      ? [place(PLACES.provider, 1n, PROVIDER[provider].action, PROVIDER[provider].reason)]
      : []),
  ];
}

/** @throws Fault `invalid-input` for a place of which a copy shows nothing */
export function assertShown(place: string): void {
  if (!(place in SHOWN))
    throw new Fault('invalid-input', { field: 'place', detail: `A copy shows nothing of ${place}` });
}
