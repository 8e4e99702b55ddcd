import type { ProviderKey as ProviderKeyMessage } from '@tenantry/contracts';
import { sql, type SealedPlace, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/** A tenant's own key for a provider. */
export interface ProviderKeyRow {
  readonly provider: string;
  /** Sealed. */
  readonly apiKey: string;
  readonly endsWith: string;
  readonly updatedAt: Date;
}

const columns = sql`provider, api_key as "apiKey", ends_with as "endsWith", updated_at as "updatedAt"`;

/** Where a tenant's key for a provider is sealed. */
export function ownKeyPlace(provider: string): SealedPlace {
  return { table: 'agents.provider_key', column: 'api_key', row: provider };
}

/** The tenant's own keys, by provider. */
export function listKeyRows(rows: Rows): Promise<ProviderKeyRow[]> {
  return rows.query<ProviderKeyRow>(sql`select ${columns} from agents.provider_key order by provider`);
}

export async function saveKey(
  tx: Transaction,
  { provider, apiKey, endsWith, updatedAt }: ProviderKeyRow,
): Promise<void> {
  await tx.execute(sql`insert into agents.provider_key (tenant_id, provider, api_key, ends_with, updated_at)
    values (${tx.tenantId}, ${provider}, ${apiKey}, ${endsWith}, ${updatedAt})
    on conflict (tenant_id, provider) do update
      set api_key = excluded.api_key, ends_with = excluded.ends_with, updated_at = excluded.updated_at`);
}

/** @throws Fault `not-found` */
export async function deleteKey(tx: Transaction, provider: string): Promise<ProviderKeyRow> {
  const [gone] = await tx.query<ProviderKeyRow>(
    sql`delete from agents.provider_key where provider = ${provider} returning ${columns}`,
  );
  if (!gone) throw new Fault('not-found');
  return gone;
}

export function toMessage({ provider, endsWith, updatedAt }: ProviderKeyRow): ProviderKeyMessage {
  return { provider, endsWith, updatedAt };
}
