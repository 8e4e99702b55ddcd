import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { newId } from '@tenantry/kernel';
import type { PostgresVault } from './postgres-vault.js';
import { KEY_BYTES, openBytes, parseSubjectSealed, printSubjectSealed, sealBytes } from './sealing.js';
import { SubjectKeyStore, type WrappedSubjectKey } from './subject-keys.js';
import { type DataSubject, type SealedValueAt, SubjectVault, type SubjectValue } from './subject-vault.js';
import type { SealedPlace } from './vault.js';
import type { ConnectionPool } from '../wire/connection-pool.js';

/** Holders of one statement. */
const BATCH = 5_000;
const PURPOSE = 'holders of subject keys';

interface SubjectKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** The vault over `platform.subject_key` of the keys' database. */
export class PostgresSubjectVault extends SubjectVault {
  readonly #vault: PostgresVault;
  readonly #store: SubjectKeyStore;

  /** @param vault wraps the keys, by those of the tenants */
  constructor(vault: PostgresVault, pool: ConnectionPool) {
    super();
    this.#vault = vault;
    this.#store = new SubjectKeyStore(pool);
  }

  override async seal(tenantId: string, values: readonly SubjectValue[]): Promise<readonly string[]> {
    if (values.length === 0) return [];
    const holders = await this.holders(
      tenantId,
      values.map(({ subject }) => subject),
    );
    const keys = await this.#keysOf(tenantId, holders);
    return values.map(({ place, plaintext }, index) => {
      const { id, key } = keys.get(hex(holders[index]!))!;
      return printSubjectSealed(id, sealBytes(key, plaintext, associatedWith(tenantId, place, id)));
    });
  }

  override async open(tenantId: string, values: readonly SealedValueAt[]): Promise<readonly (string | undefined)[]> {
    const parsed = values.map(({ sealed }) => parseSubjectSealed(sealed));
    const ids = new Set(parsed.flatMap((one) => (one ? [one.keyId] : [])));
    const keys = await this.#opened(tenantId, [...ids]);
    const openOne = async ({ place, sealed }: SealedValueAt, index: number): Promise<string | undefined> => {
      const own = parsed[index];
      if (!own) return this.#vault.open(tenantId, place, sealed);
      const key = keys.get(own.keyId);
      return key && openBytes(key, own.bytes, associatedWith(tenantId, place, own.keyId)).toString();
    };
    return Promise.all(values.map(openOne));
  }

  override async holders(tenantId: string, subjects: readonly DataSubject[]): Promise<readonly Uint8Array[]> {
    const key = await this.#vault.derivedKey(tenantId, PURPOSE);
    return subjects.map(({ table, kind, value }) =>
      createHmac('sha256', key)
        .update(JSON.stringify([table, kind, value]))
        .digest(),
    );
  }

  override async destroy(
    tenantId: string,
    erasureId: string,
    holders: readonly Uint8Array[],
  ): Promise<readonly string[]> {
    for (let first = 0; first < holders.length; first += BATCH) {
      await this.#store.destroy(tenantId, erasureId, holders.slice(first, first + BATCH));
    }
    return this.#store.destroyedBy(tenantId, erasureId);
  }

  /** By holder, in hexadecimal: what there is, and what is made for the others. */
  async #keysOf(tenantId: string, all: readonly Uint8Array[]): Promise<ReadonlyMap<string, SubjectKey>> {
    const holders = [...new Map(all.map((holder) => [hex(holder), holder]))]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([, holder]) => holder);
    const found = await this.#store.find(tenantId, holders);
    const missing = holders.filter((holder) => !found.has(hex(holder)));
    if (missing.length > 0) {
      const made = await Promise.all(missing.map(() => this.#newKey(tenantId)));
      (await this.#store.add(tenantId, missing, made)).forEach((key, holder) => found.set(holder, key));
    }
    const keys = await this.#unwrapAll(tenantId, new Map([...found.values()].map((key) => [key.id, key])));
    return new Map([...found].map(([holder, { id }]) => [holder, { id, key: keys.get(id)! }]));
  }

  async #opened(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, KeyObject>> {
    return ids.length === 0 ? new Map() : this.#unwrapAll(tenantId, await this.#store.byId(tenantId, ids));
  }

  async #newKey(tenantId: string): Promise<WrappedSubjectKey> {
    const id = newId();
    const key = randomBytes(KEY_BYTES).toString('base64url');
    return { id, wrapped: await this.#vault.seal(tenantId, wrappedAt(id), key) };
  }

  async #unwrapAll(
    tenantId: string,
    wrapped: ReadonlyMap<string, WrappedSubjectKey>,
  ): Promise<ReadonlyMap<string, KeyObject>> {
    const opened = [...wrapped.values()].map(async (one) => {
      const key = await this.#vault.open(tenantId, wrappedAt(one.id), one.wrapped);
      return [one.id, createSecretKey(Buffer.from(key, 'base64url'))] as const;
    });
    return new Map(await Promise.all(opened));
  }
}

function wrappedAt(id: string): SealedPlace {
  return { table: 'platform.subject_key', column: 'wrapped_key', row: id };
}

function associatedWith(tenantId: string, { table, column, row }: SealedPlace, keyId: string): string {
  return JSON.stringify([tenantId, table, column, row, keyId]);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
