import { fewRandomBytes, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import type { Cells } from '../cells.js';
import { translateError } from '../faults.js';
import { sql } from '../sql.js';
import type { Transaction } from '../transaction.js';
import { KEY_BYTES, commitmentOf, openBytes, parseSealed, printSealed, sealBytes } from './sealing.js';
import { type TenantKeys, loadTenantKeys, wrapNewKey } from './tenant-keys.js';
import { type Commitment, type SealedPlace, Vault } from './vault.js';

const MAX_TENANTS = 2_000;
/** A key that was deleted to make values unreadable stays in memory no longer than this. */
const MAX_AGE_MS = 5 * 60_000;
const SALT_BYTES = 16;

/** The vault over `platform.tenant_key`; keys of the tenants in use are kept unwrapped in bounded memory. */
export class PostgresVault extends Vault {
  readonly #cells: Cells;
  readonly #masterKey: Uint8Array | undefined;
  readonly #known = new Map<string, { readonly keys: Promise<TenantKeys>; readonly loadedAtMs: number }>();

  constructor(cells: Cells, masterKey: Uint8Array | undefined) {
    super();
    if (masterKey && masterKey.length !== KEY_BYTES) {
      throw new Error(`the master key has ${masterKey.length} bytes instead of ${KEY_BYTES}`);
    }
    this.#cells = cells;
    this.#masterKey = masterKey;
  }

  override async seal(tenantId: string, place: SealedPlace, plaintext: string): Promise<string> {
    const [version, key] = [...(await this.#keysOf(tenantId))].at(-1)!;
    return printSealed(version, sealBytes(key, plaintext, associatedWith(tenantId, place, version)));
  }

  override async open(tenantId: string, place: SealedPlace, sealed: string): Promise<string> {
    const { version, bytes } = parseSealed(sealed);
    const key = (await this.#keysOf(tenantId)).get(version) ?? (await this.#keysOf(tenantId, true)).get(version);
    if (!key) {
      throw new Error(`tenant ${tenantId} has no key ${version}`);
    }
    return openBytes(key, bytes, associatedWith(tenantId, place, version)).toString();
  }

  override commit(value: string): Commitment {
    const salt = fewRandomBytes(SALT_BYTES).toString('base64url');
    return { commitment: commitmentOf(salt, value), salt };
  }

  override async createTenantKey(tx: Transaction): Promise<void> {
    const last = await tx.one<{ version: number | null }>(sql`
      select max(version) as version from platform.tenant_key where tenant_id = ${tx.tenantId}`);
    const version = (last?.version ?? 0) + 1;
    await tx.execute(sql`
      insert into platform.tenant_key (tenant_id, version, wrapped_key)
      values (${tx.tenantId}, ${version}, ${wrapNewKey(this.#master, tx.tenantId, version)})
      on conflict do nothing`); // another service may have sealed something for this tenant at the same moment
    this.#known.delete(tx.tenantId);
  }

  override async assertMasterKey(): Promise<void> {
    await this.#keysOf(PLATFORM_TENANT_ID, true);
  }

  get #master(): Uint8Array {
    if (!this.#masterKey) {
      throw new Error('this service was given no master key');
    }
    return this.#masterKey;
  }

  async #keysOf(tenantId: string, reload = false): Promise<TenantKeys> {
    const known = this.#known.get(tenantId);
    if (known && !reload && Date.now() - known.loadedAtMs < MAX_AGE_MS) {
      return known.keys;
    }
    const keys = loadTenantKeys(this.#cells, this.#master, tenantId);
    this.#known.delete(tenantId);
    this.#known.set(tenantId, { keys, loadedAtMs: Date.now() });
    if (this.#known.size > MAX_TENANTS) {
      this.#known.delete(this.#known.keys().next().value!);
    }
    try {
      return await keys;
    } catch (error) {
      this.#known.delete(tenantId);
      throw translateError(error);
    }
  }
}

function associatedWith(tenantId: string, { table, column, row }: SealedPlace, version: number): string {
  return JSON.stringify([tenantId, table, column, row, version]);
}
