import type { PersonColumn, PersonPlace } from '@tenantry/contracts';

/** The places of compliance itself with something about a person. */
export const PLACES = { requests: 'compliance.privacy_request', mails: 'mail outbox' } as const;

const NAMES = ['id', 'type', 'receivedAt', 'legalStatus', 'dueOn', 'closedAt'];
const SHOWN: PersonColumn[] = [
  ...NAMES.map((name) => ({ name, classification: 'internal' })),
  { name: 'subjectName', classification: 'personal' },
  { name: 'subjectEmail', classification: 'personal' },
  { name: 'details', classification: 'phi' },
];
const KEPT = 'Requests are kept to show that they were answered, at least 24 months (GDPR Art. 5(2); 11 CCR 7101)';

/** What a copy shows of them and what an erasure does. */
export function placesOf(requests: bigint, mails: number): PersonPlace[] {
  return [
    { place: PLACES.requests, rows: requests, action: 'keep', reason: KEPT, columns: SHOWN },
    { place: PLACES.mails, rows: BigInt(mails), action: 'delete', reason: null, columns: [] },
  ];
}
