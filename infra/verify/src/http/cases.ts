import { roles, type Operation } from '@tenantry/contracts';
import { permits } from '@tenantry/kernel';
import { nobody, type Caller } from '../client/caller.js';
import type { Pair, World } from '../world/tenant.js';

/** Whom a case is played by, against an operation of the pair's first tenant. */
export interface Case {
  readonly attack: string;
  /** Who asks; null when this run has no such caller. */
  readonly caller: (world: World, pair: Pair, operation: Operation) => Caller | null;
  /** The problem's code, when the status alone could have another cause. */
  readonly code?: string;
  /** The statuses that hold, or null where the case says nothing about the operation. */
  readonly holds: (operation: Operation) => readonly number[] | null;
}

const UNAUTHENTICATED = [401];
const FORBIDDEN = [403];
const UNKNOWN = [404];
const SUSPENDED = [423];
/** A table that declares nothing for somebody may say so or hide itself. */
const KEPT_OUT = [403, 404];

type Holds = Case['holds'];

const needsCredential: Holds = ({ scope }) => (scope === 'public' ? null : UNAUTHENTICATED);
const ofTenant =
  (statuses: readonly number[]): Holds =>
  ({ scope }) =>
    scope === 'tenant' ? statuses : null;
const ofPlatform =
  (statuses: readonly number[]): Holds =>
  ({ scope }) =>
    scope === 'platform' ? statuses : null;
const ofPersons =
  (statuses: readonly number[]): Holds =>
  (operation) =>
    isPersonal(operation) ? statuses : null;
const namesTenant = ({ scope, input }: Operation): boolean =>
  scope === 'self' && input.fields.some(({ name }) => name === 'tenant_id');
const isPersonal = ({ scope }: Operation): boolean => scope === 'tenant' || scope === 'self';

/** Every case; what an operation is declared to be says which of them concern it. */
export const cases: readonly Case[] = [
  { attack: 'no credential', caller: () => nobody, holds: needsCredential },
  { attack: 'edited token', caller: (_, { credentials }) => credentials.edited, holds: needsCredential },
  { attack: 'expired token', caller: (_, { credentials }) => credentials.expired, holds: needsCredential },
  { attack: 'revoked session', caller: (_, { credentials }) => credentials.revokedSession, holds: needsCredential },
  { attack: 'revoked key', caller: (_, { credentials }) => credentials.revokedKey, holds: needsCredential },
  {
    attack: 'key without the scope',
    caller: (_, { credentials }, { permission }) =>
      credentials.narrowKeys.find(({ scopes }) => permission && !permits(scopes, permission))?.caller ?? null,
    holds: ofTenant(FORBIDDEN),
  },
  { attack: 'public key', caller: (_, { credentials }) => credentials.publicKey, holds: ofPersons(KEPT_OUT) },
  {
    attack: 'key from another network',
    caller: (_, { credentials }) => credentials.keyOfElsewhere,
    holds: ofTenant(FORBIDDEN),
    code: 'address-refused',
  },
  {
    attack: 'public key from another web page',
    caller: (_, { credentials }) => ({ ...credentials.pageKey, origin: 'https://elsewhere.example' }),
    holds: ofTenant(FORBIDDEN),
    code: 'origin-refused',
  },
  {
    attack: "other tenant's host name",
    caller: ({ baseDomain }, { a, b }) => ({ ...a.owner, host: `${b.slug}.${baseDomain}` }),
    holds: ({ scope }) => (scope === 'public' ? null : UNKNOWN),
  },
  {
    attack: "other tenant's Tenantry-Tenant",
    caller: (_, { a, b }) => ({ ...a.owner, tenant: b.slug }),
    holds: ({ scope }) => (scope === 'public' ? null : UNKNOWN),
  },
  {
    attack: "other tenant's Tenantry-Tenant with a key",
    caller: (_, { b, credentials }) => ({ ...credentials.fullKey, tenant: b.id }),
    holds: ({ scope }) => (scope === 'public' ? null : UNKNOWN),
  },
  {
    attack: 'suspended tenant',
    caller: ({ suspended }) => suspended.owner,
    holds: (operation) => (isPersonal(operation) && !operation.whenSuspended ? SUSPENDED : null),
  },
  {
    attack: "suspended tenant's key",
    caller: ({ suspended }) => suspended.key,
    holds: (operation) => (operation.scope === 'tenant' && !operation.whenSuspended ? SUSPENDED : null),
  },
  {
    attack: 'removed member',
    caller: (_, { credentials }) => credentials.removedMember,
    // What concerns only themselves stays theirs, but not what they ask of the tenant.
    holds: (operation) => (operation.scope === 'tenant' || namesTenant(operation) ? UNKNOWN : null),
  },
  {
    attack: 'member with a lesser role',
    caller: (_, { credentials }) => credentials.downgradedMember,
    holds: ofTenant(KEPT_OUT),
  },
  {
    attack: 'platform staff without a grant',
    caller: ({ admin }, { a }) => ({ ...admin, tenant: a.slug }),
    holds: ofTenant(FORBIDDEN),
  },
  { attack: "tenant's owner", caller: (_, { a }) => a.owner, holds: ofPlatform(FORBIDDEN) },
  {
    attack: "tenant's key for everything",
    caller: (_, { credentials }) => credentials.fullKey,
    holds: ofPlatform(FORBIDDEN),
  },
  {
    attack: "tenant's public key",
    caller: (_, { credentials }) => credentials.publicKey,
    holds: ofPlatform(FORBIDDEN),
  },
  {
    attack: 'staff who may only look',
    caller: ({ viewer }) => viewer,
    holds: ({ scope, permission }) => (scope === 'platform' && !viewerMay(permission) ? FORBIDDEN : null),
  },
  { attack: 'former staff', caller: ({ formerStaff }) => formerStaff, holds: ofPlatform(FORBIDDEN) },
];

function viewerMay(permission: string | null): boolean {
  return permission === null || permits(roles.platform.viewer.grants, permission);
}
