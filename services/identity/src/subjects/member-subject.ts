import type { PersonColumn, PersonPlace } from '@tenantry/contracts';
import { Fault, isUuid } from '@tenantry/kernel';
import type { Sought, SubjectCounts } from './member-subject.table.js';

/** The places of identity with something about a member. */
export const PLACES = {
  membership: 'identity.membership',
  prepared: 'identity.prepared_owner',
  account: 'identity.person',
  keys: 'identity.api_key',
} as const;

const personal = (name: string): PersonColumn => ({ name, classification: 'personal' });
const internal = (name: string): PersonColumn => ({ name, classification: 'internal' });
const SHOWN: Readonly<Record<string, PersonColumn[]>> = {
  [PLACES.membership]: [
    internal('userId'),
    personal('email'),
    personal('name'),
    internal('role'),
    internal('joinedAt'),
  ],
  [PLACES.prepared]: [personal('email'), internal('preparedAt')],
};

/** Whom a request names; a user id of somebody else's making is nobody's here. */
export function soughtOf(request: { readonly email?: string | null; readonly userId?: string | null }): Sought {
  const { email = null, userId = null } = request;
  return { email: email?.toLowerCase() ?? null, userId: userId !== null && isUuid(userId) ? userId : null };
}

/** What an erasure does where: the tenant's own rows go; of the account it is never said whether it is used elsewhere. */
export function placesOf({ members, isLastOwner, prepared, keys }: SubjectCounts): PersonPlace[] {
  const place = (name: string, rows: bigint, action: string, reason: string | null = null): PersonPlace => ({
    ...{ place: name, rows, action, reason, columns: SHOWN[name] ?? [] },
  });
  const owner = 'The last owner can not be removed: make somebody else an owner, then remove the member by hand';
  return [
    isLastOwner ? place(PLACES.membership, members, 'manual', owner) : place(PLACES.membership, members, 'delete'),
    place(PLACES.prepared, prepared, 'delete'),
    place(
      PLACES.account,
      0n,
      'keep',
      'The account with its sessions is the person’s own: it goes with the membership when it is used nowhere else; otherwise they see it in GET /v1/me, and the platform’s operator removes it for them',
    ),
    place(
      PLACES.keys,
      keys,
      'keep',
      'API keys are the tenant’s and go on working; they name who made them by id alone',
    ),
  ];
}

/** @throws Fault `invalid-input` for a place of which a copy shows nothing */
export function assertShown(place: string): void {
  if (!(place in SHOWN))
    throw new Fault('invalid-input', { field: 'place', detail: `A copy shows nothing of ${place}` });
}
