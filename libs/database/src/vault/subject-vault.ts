import type { SealedPlace } from './vault.js';

/**
 * Whom a value is about: the person that a row of a table names, or the row itself where it names nobody. A person has a
 * key for each table, so that one table's values can be kept, because a law says so, when the others go.
 */
export interface DataSubject {
  readonly table: string;
  readonly kind: 'person' | 'row';
  /** What the table calls the person, or the row's key. */
  readonly value: string;
}

/** A value to be sealed under the key of whom it is about. */
export interface SubjectValue {
  readonly subject: DataSubject;
  readonly place: SealedPlace;
  readonly plaintext: string;
}

/** A sealed value and where it lives. */
export interface SealedValueAt {
  readonly place: SealedPlace;
  readonly sealed: string;
}

/**
 * Encryption of what leaves the tables, in events and the audit log, under random keys of the people that it is about. The
 * keys lie in a database of their own, wrapped by the tenant's key. None stays in memory: once destroyed, no process opens
 * or seals anything with it.
 */
export abstract class SubjectVault {
  /** Seals values, each under its subject's key; a subject without one gets it. Two flights at most, however many there are. */
  abstract seal(tenantId: string, values: readonly SubjectValue[]): Promise<readonly string[]>;
  /**
   * Opens values, also those that the tenant's own key sealed; one whose subject's key was destroyed is undefined.
   * @throws Error when a value was changed, moved, or sealed for another tenant
   */
  abstract open(tenantId: string, values: readonly SealedValueAt[]): Promise<readonly (string | undefined)[]>;
  /** What stands for subjects where their names must not be: keyed hashes, to be destroyed by later. */
  abstract holders(tenantId: string, subjects: readonly DataSubject[]): Promise<readonly Uint8Array[]>;
  /** Destroys the keys of these; answers the ids of all that this erasure has destroyed, now or before. */
  abstract destroy(tenantId: string, erasureId: string, holders: readonly Uint8Array[]): Promise<readonly string[]>;
}
