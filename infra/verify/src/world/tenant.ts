import type { Caller } from '../client/caller.js';
import type { RowIds } from '../inputs/tables.js';
import type { Canary } from './canary.js';

/** Where a tenant's product rows live. */
export type Mode = 'pool' | 'schema';

/** A person with a password. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
}

/** A tenant as its owner made it, with credentials of every kind. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly mode: Mode;
  readonly canary: Canary;
  readonly person: Person;
  readonly owner: Caller;
}

/** Somebody's credentials that were good once, or are good for less. */
export interface Credentials {
  readonly edited: Caller;
  /** Null without the key that signs access tokens. */
  readonly expired: Caller | null;
  readonly revokedSession: Caller;
  readonly revokedKey: Caller;
  /** A key for everything, from an address that is not ours. */
  readonly keyOfElsewhere: Caller;
  /** Keys for a little; none of them for everything. */
  readonly narrowKeys: readonly { readonly caller: Caller; readonly scopes: readonly string[] }[];
  /** A secret key for everything. */
  readonly fullKey: Caller;
  readonly publicKey: Caller;
  /** A public key for one web page. */
  readonly pageKey: Caller;
  readonly removedMember: Caller;
  readonly downgradedMember: Caller;
}

/** Two tenants of one mode: the first attacks, the second is attacked. */
export interface Pair {
  readonly mode: Mode;
  readonly a: Tenant;
  readonly b: Tenant;
  readonly credentials: Credentials;
  /** A table of each one's own, with a row in it. */
  readonly tables: { readonly a: string; readonly b: string };
}

/** A row of each one's own in the product tables. */
export type ProductRows = ReadonlyMap<Tenant, RowIds>;

/** Everything that attacks need. */
export interface World {
  /** The platform's super admin. */
  readonly admin: Caller;
  /** Platform staff who may only look. */
  readonly viewer: Caller;
  /** Who was platform staff once. */
  readonly formerStaff: Caller;
  readonly pairs: readonly Pair[];
  readonly suspended: { readonly owner: Caller; readonly key: Caller };
  /** The base domain of host names. */
  readonly baseDomain: string;
}
