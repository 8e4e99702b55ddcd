import type { Transaction } from '../transaction.js';
import type { IndexedColumn } from './blind-index.js';

/** Where a sealed value lives; moved elsewhere it does not open. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** A salted hash that stands for a value in the audit log, and the salt that lets it be proved later. */
export interface Commitment {
  /** base64url(SHA-256(salt ‖ value)) */
  readonly commitment: string;
  /** 16 random bytes, base64url. */
  readonly salt: string;
}

/** Encryption of classified values: AES-256-GCM under a key per tenant, which is wrapped by the master key. */
export abstract class Vault {
  /** Seals a value for one place. A tenant without a key gets its first one. */
  abstract seal(tenantId: string, place: SealedPlace, plaintext: string): Promise<string>;
  /** @throws Error when the value was changed, moved, or sealed for another tenant */
  abstract open(tenantId: string, place: SealedPlace, sealed: string): Promise<string>;
  /** The version of the key that sealed it. @throws Error for a text that is not a sealed value */
  abstract keyVersionOf(sealed: string): number;
  abstract commit(value: string): Commitment;
  /** What a value is stored to be found by: 16 bits that other values have too. A tenant without an index key gets its first one. */
  abstract blindIndex(tenantId: string, column: IndexedColumn, value: string): Promise<number>;
  /** What a value may have been stored under: one index for each key in use. */
  abstract blindIndexes(tenantId: string, column: IndexedColumn, value: string): Promise<readonly number[]>;
  /** Sees to it, with the commit, that the transaction's tenant has a key; one that it has stays. */
  abstract ensureTenantKey(tx: Transaction): Promise<void>;
  /** Gives the transaction's tenant its first key, or a new one after the last; old values stay readable. Answers its version. */
  abstract createTenantKey(tx: Transaction): Promise<number>;
  /** The same for the key of blind indexes: until the older ones are retired, values are looked for under each. */
  abstract createIndexKey(tx: Transaction): Promise<number>;
  /** Deletes the index keys before a version: nothing may be stored under them any more. */
  abstract retireIndexKeys(tx: Transaction, before: number): Promise<void>;
  /** Lets go of a tenant's keys in memory, because others may have been made. */
  abstract forget(tenantId: string): void;
  /** For the boot. @throws Error when this is not the master key that the database's keys were wrapped with */
  abstract assertMasterKey(): Promise<void>;
}
