import type { ModelProvider as ModelProviderMessage } from '@tenantry/contracts';
import { sql, type RowChange, type SealedPlace, type Sql, type Transaction } from '@tenantry/database';
import type { ProviderKind } from './provider-connection.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

/** Whoever answers for models, as the platform set them up. */
export interface ProviderRow {
  readonly name: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  /** The platform's key, sealed; null when it has none. */
  readonly apiKey: string | null;
  readonly timeoutMs: number;
  readonly updatedAt: Date;
}

const columns = sql`name, kind, base_url as "baseUrl", api_key as "apiKey", timeout_ms as "timeoutMs", updated_at as "updatedAt"`;

/** Where a provider's key is sealed. */
export function providerKeyPlace(name: string): SealedPlace {
  return { table: 'agents.model_provider', column: 'api_key', row: name };
}

/** All providers, by name. */
export function listProviderRows(rows: Rows): Promise<ProviderRow[]> {
  return rows.query<ProviderRow>(sql`select ${columns} from agents.model_provider order by name`);
}

/** Sets a provider up, or changes it; a key that is not given stays. */
export async function saveProvider(tx: Transaction, provider: ProviderRow): Promise<ProviderRow> {
  const [saved] = await tx.query<ProviderRow>(sql`insert into agents.model_provider as p
      (tenant_id, name, kind, base_url, api_key, timeout_ms, updated_at)
    values (${tx.tenantId}, ${provider.name}, ${provider.kind}, ${provider.baseUrl}, ${provider.apiKey}, ${provider.timeoutMs}, ${provider.updatedAt})
    on conflict (tenant_id, name) do update set kind = excluded.kind, base_url = excluded.base_url,
      api_key = coalesce(excluded.api_key, p.api_key), timeout_ms = excluded.timeout_ms, updated_at = excluded.updated_at
    returning ${columns}`);
  return saved!;
}

/** A provider as the audit log records it: never its key. */
export function providerChanges({ name, kind, baseUrl, apiKey, timeoutMs }: ProviderRow): RowChange[] {
  return [
    {
      resource: 'model_provider',
      id: name,
      action: 'update',
      new: { kind, baseUrl, hasKey: apiKey !== null, timeoutMs },
    },
  ];
}

export function toMessage({ apiKey, ...provider }: ProviderRow): ModelProviderMessage {
  return { ...provider, hasKey: apiKey !== null };
}
