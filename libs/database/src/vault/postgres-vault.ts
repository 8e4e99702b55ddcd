import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { fewRandomBytes, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Cells } from '../cells.js';
import { raw, sql } from '../sql.js';
import type { Transaction } from '../transaction.js';
import { blindIndexOf, type IndexedColumn } from './blind-index.js';
import { KeyCache } from './key-cache.js';
import type { KeyEncryption } from './key-encryption.js';
import { commitmentOf, KEY_BYTES, openBytes, parseSealed, printSealed, sealBytes } from './sealing.js';
import { type KeyFamily, wrapNewKey } from './tenant-keys.js';
import { type Commitment, type SealedPlace, Vault } from './vault.js';

const SALT_BYTES = 16;

/** The vault over `platform.tenant_key` and `platform.index_key`. */
export class PostgresVault extends Vault {
  readonly #encryptions: readonly KeyEncryption[];
  readonly #keys: KeyCache;
  readonly #indexKeys: KeyCache;

  /** @param encryptions the one that wraps, and those that still open while keys are being wrapped anew */
  constructor(cells: Cells, encryptions: readonly KeyEncryption[]) {
    super();
    this.#encryptions = encryptions;
    this.#keys = new KeyCache({ cells, encryptions, family: 'tenant_key' });
    this.#indexKeys = new KeyCache({ cells, encryptions, family: 'index_key' });
  }

  override async seal(tenantId: string, place: SealedPlace, plaintext: string): Promise<string> {
    const [version, key] = [...(await this.#keys.keysOf(tenantId))].at(-1)!;
    return printSealed(version, sealBytes(key, plaintext, associatedWith(tenantId, place, version)));
  }

  override async open(tenantId: string, place: SealedPlace, sealed: string): Promise<string> {
    const { version, bytes } = parseSealed(sealed);
    const key =
      (await this.#keys.keysOf(tenantId)).get(version) ?? (await this.#keys.keysOf(tenantId, true)).get(version);
    if (!key) {
      throw new Error(`tenant ${tenantId} has no key ${version}`);
    }
    return openBytes(key, bytes, associatedWith(tenantId, place, version)).toString();
  }

  override keyVersionOf(sealed: string): number {
    return parseSealed(sealed).version;
  }

  override commit(value: string): Commitment {
    const salt = fewRandomBytes(SALT_BYTES).toString('base64url');
    return { commitment: commitmentOf(salt, value), salt };
  }

  override async blindIndex(tenantId: string, column: IndexedColumn, value: string): Promise<number> {
    return blindIndexOf([...(await this.#indexKeys.keysOf(tenantId)).values()].at(-1)!, column, value);
  }

  override async blindIndexes(tenantId: string, column: IndexedColumn, value: string): Promise<readonly number[]> {
    const keys = await this.#indexKeys.keysOf(tenantId);
    return [...keys.values()].map((key) => blindIndexOf(key, column, value));
  }

  /** A key for one purpose that stays the same however often the tenant's keys are replaced: its first one is kept. */
  async derivedKey(tenantId: string, purpose: string): Promise<KeyObject> {
    const first = (await this.#keys.keysOf(tenantId)).get(1);
    if (!first) throw new Error(`tenant ${tenantId} has no key 1`);
    return createSecretKey(Buffer.from(hkdfSync('sha256', first, '', purpose, KEY_BYTES)));
  }

  override async ensureTenantKey(tx: Transaction): Promise<void> {
    const wrapped = await wrapNewKey(this.#encryptions[0]!, 'tenant_key', tx.tenantId, 1);
    tx.finish(sql`insert into platform.tenant_key (tenant_id, version, wrapped_key) values (${tx.tenantId}, 1, ${wrapped})
      on conflict do nothing`);
  }

  override createTenantKey(tx: Transaction): Promise<number> {
    return this.#createKey(tx, 'tenant_key');
  }

  override createIndexKey(tx: Transaction): Promise<number> {
    return this.#createKey(tx, 'index_key');
  }

  override async retireIndexKeys(tx: Transaction, before: number): Promise<void> {
    await tx.execute(sql`delete from platform.index_key where tenant_id = ${tx.tenantId} and version < ${before}`);
    this.forget(tx.tenantId);
  }

  override forget(tenantId: string): void {
    this.#keys.forget(tenantId);
    this.#indexKeys.forget(tenantId);
  }

  override async assertMasterKey(): Promise<void> {
    await this.#keys.keysOf(PLATFORM_TENANT_ID, true);
  }

  async #createKey(tx: Transaction, family: KeyFamily): Promise<number> {
    const [encryption] = this.#encryptions;
    if (!encryption) {
      throw new Error('this service was given no master key');
    }
    const table = raw(`platform.${family}`);
    const last = await tx.one<{ version: number | null }>(sql`
      select max(version) as version from ${table} where tenant_id = ${tx.tenantId}`);
    const version = (last?.version ?? 0) + 1;
    const wrapped = await wrapNewKey(encryption, family, tx.tenantId, version);
    await tx.execute(sql`
      insert into ${table} (tenant_id, version, wrapped_key)
      values (${tx.tenantId}, ${version}, ${wrapped})
      on conflict do nothing`); // another service may have sealed something for this tenant at the same moment
    this.forget(tx.tenantId);
    return version;
  }
}

function associatedWith(tenantId: string, { table, column, row }: SealedPlace, version: number): string {
  return JSON.stringify([tenantId, table, column, row, version]);
}
