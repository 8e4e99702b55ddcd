import {
  empty,
  sql,
  type ControlDatabase,
  type Doors,
  type TenantDatabase,
  type Transaction,
} from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';
import type { Projection } from '@tenantry/messaging';
import { directoryEntry, type ApiKeyFacts } from './api-key.js';
import type { KeySecret } from './key-secret.js';

const columns = sql`
  api_key.id, api_key.name, api_key.kind, api_key.scopes, api_key.allowed_ips as "allowedIps", api_key.allowed_origins as "allowedOrigins",
  api_key.expires_at as "expiresAt", api_key.created_by as "createdBy", api_key.created_at as "createdAt",
  api_key.revoked_at as "revokedAt", api_key.version::int`;

/** A key in a list. */
export interface ListedKey extends ApiKeyFacts {
  readonly prefix: string;
  readonly lastUsedAt: Date | null;
}

/** Up to `limit` keys before a position (an id), newest first. */
export function listKeys(
  tenants: TenantDatabase,
  ctx: TenantContext,
  before: string | null,
  limit: number,
): Promise<ListedKey[]> {
  const start = before ? sql`where api_key.id < ${before}` : empty;
  return tenants.query<ListedKey>(
    ctx,
    sql`
    select ${columns}, last_used_at as "lastUsedAt", newest.prefix
    from identity.api_key
    join identity.api_key_secret newest
      on newest.tenant_id = api_key.tenant_id and newest.key_id = api_key.id and newest.valid_until is null
    ${start} order by api_key.id desc limit ${limit}`,
  );
}

/** Stores a key with its first secret and lets it in. */
export async function insertKey(tx: Transaction, key: ApiKeyFacts, secret: KeySecret): Promise<void> {
  await tx.execute(sql`
    insert into identity.api_key (tenant_id, id, name, kind, scopes, allowed_ips, allowed_origins, expires_at, created_by, created_at)
    values (${tx.tenantId}, ${key.id}, ${key.name}, ${key.kind}, ${key.scopes}, ${key.allowedIps}, ${key.allowedOrigins},
            ${key.expiresAt}, ${key.createdBy}, ${key.createdAt})`);
  await insertSecret(tx, key, secret, key.createdAt);
  await projectKey(tx, key);
}

/** A key, locked until the commit. */
export function lockKey(tx: Transaction, id: string): Promise<ApiKeyFacts | undefined> {
  return tx.one<ApiKeyFacts>(sql`select ${columns} from identity.api_key where id = ${id} for update`);
}

async function insertSecret(tx: Transaction, key: ApiKeyFacts, secret: KeySecret, now: Date): Promise<void> {
  await tx.execute(sql`
    insert into identity.api_key_secret (tenant_id, key_id, hash, prefix, created_at)
    values (${tx.tenantId}, ${key.id}, ${secret.hash}, ${secret.prefix}, ${now})`);
}

/** Gives a key a new secret. The one before works until `overlapUntil`; any older one is dead at once. */
export async function replaceSecret(
  tx: Transaction,
  key: ApiKeyFacts,
  secret: KeySecret,
  overlapUntil: Date,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    update identity.api_key_secret set valid_until = case when valid_until is null then ${overlapUntil} else least(valid_until, ${now}) end
    where key_id = ${key.id}`);
  await insertSecret(tx, key, secret, now);
  await projectKey(tx, await bumpVersion(tx, key));
}

/** Revokes a key with every secret that it ever had. */
export async function revokeKey(tx: Transaction, key: ApiKeyFacts, now: Date): Promise<void> {
  await tx.execute(sql`update identity.api_key set revoked_at = ${now} where id = ${key.id}`);
  await projectKey(tx, await bumpVersion(tx, { ...key, revokedAt: now }));
}

async function bumpVersion(tx: Transaction, key: ApiKeyFacts): Promise<ApiKeyFacts> {
  await tx.execute(sql`update identity.api_key set version = version + 1 where id = ${key.id}`);
  return { ...key, version: key.version + 1 };
}

/** Puts every secret of the key into the directory, as it is now. */
async function projectKey(tx: Transaction, key: ApiKeyFacts): Promise<void> {
  const secrets = await tx.query<{ hash: string; validUntil: Date | null }>(sql`
    select hash, valid_until as "validUntil" from identity.api_key_secret where key_id = ${key.id}`);
  for (const { hash, validUntil } of secrets)
    tx.project('keys', hash, directoryEntry(key, tx.tenantId, validUntil), key.version);
}

/** When one key was last used. */
export interface KeyUse {
  readonly tenantId: string;
  readonly keyId: string;
  readonly usedAt: Date;
}

/** Takes note of many uses at once; a report that comes late changes nothing. */
export async function recordUses(control: ControlDatabase, uses: readonly KeyUse[]): Promise<void> {
  await control.job('identity_keyuse').query(sql`
    update identity.api_key set last_used_at = used.at
    from unnest(${uses.map(({ tenantId }) => tenantId)}::uuid[], ${uses.map(({ keyId }) => keyId)}::uuid[],
                ${uses.map(({ usedAt }) => usedAt)}::timestamptz[]) as used (tenant_id, key_id, at)
    where api_key.tenant_id = used.tenant_id and id = used.key_id and (last_used_at is null or last_used_at < used.at)`);
}

/** Every entry of the directory of keys; secrets that are over for good are left out. */
export async function* allKeyEntries(doors: Doors): AsyncIterable<Projection> {
  const pageSize = 1_000;
  for (let after = ''; ;) {
    const page = await doors.control.job('identity_directory').query<
      ApiKeyFacts & { hash: string; validUntil: Date | null; tenantId: string }
    >(sql`
      select ${columns}, hash, valid_until as "validUntil", api_key.tenant_id as "tenantId"
      from identity.api_key_secret secret
      join identity.api_key on api_key.tenant_id = secret.tenant_id and api_key.id = secret.key_id
      where hash > ${after} and (valid_until is null or valid_until > now()) order by hash limit ${pageSize}`);
    for (const { hash, validUntil, tenantId, ...key } of page) {
      yield { bucket: 'keys', key: hash, value: directoryEntry(key, tenantId, validUntil), version: key.version };
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.hash;
  }
}
