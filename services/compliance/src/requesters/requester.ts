import type { PersonColumn, PersonPlace } from '@tenantry/contracts';

/** The places of compliance itself with something about a person. */
export const PLACES = {
  requests: 'compliance.privacy_request',
  consents: 'compliance.consent_record',
  accesses: 'compliance.access_item',
  mails: 'mail outbox',
} as const;

const NAMES = ['id', 'type', 'receivedAt', 'legalStatus', 'dueOn', 'closedAt'];
const SHOWN: PersonColumn[] = [
  ...NAMES.map((name) => ({ name, classification: 'internal' })),
  { name: 'subjectName', classification: 'personal' },
  { name: 'subjectEmail', classification: 'personal' },
  { name: 'details', classification: 'phi' },
];
const KEPT = 'Requests are kept to show that they were answered, at least 24 months (GDPR Art. 5(2); 11 CCR 7101)';

const SAID: PersonColumn[] = [
  ...['id', 'purpose', 'action', 'version', 'source', 'expiresAt', 'recordedAt'].map((name) => ({
    name,
    classification: 'internal',
  })),
  { name: 'subject', classification: 'personal' },
  { name: 'proof', classification: 'sensitive' },
];
const SHOWABLE =
  'Whoever relies on a consent must be able to show it, and that it was taken back (GDPR Art. 7(1), Art. 17(3)(e))';

const REVIEWED: PersonColumn[] = [
  ...['reviewId', 'kind', 'role', 'grantedAt', 'decision', 'decidedAt'].map((name) => ({
    name,
    classification: 'internal',
  })),
  { name: 'email', classification: 'personal' },
  { name: 'name', classification: 'personal' },
];
const REVIEWS = 'Reviews of who may do what stay, with the user id; address and name are emptied';

/** Names by which consents may know somebody. */
export function namesOf({
  email,
  userId,
}: {
  readonly email?: string | null;
  readonly userId?: string | null;
}): string[] {
  return [email, userId].filter((name) => name != null);
}

/** What a copy shows of them and what an erasure does. */
export function placesOf(requests: bigint, consents: bigint, accesses: bigint, mails: number): PersonPlace[] {
  return [
    { place: PLACES.requests, rows: requests, action: 'keep', reason: KEPT, columns: SHOWN },
    { place: PLACES.consents, rows: consents, action: 'keep', reason: SHOWABLE, columns: SAID },
    { place: PLACES.accesses, rows: accesses, action: 'mask', reason: REVIEWS, columns: REVIEWED },
    { place: PLACES.mails, rows: BigInt(mails), action: 'delete', reason: null, columns: [] },
  ];
}
