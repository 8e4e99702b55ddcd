import type { ToolApi as ToolApiMessage } from '@tenantry/contracts';
import { sql, type RowChange, type SealedPlace, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import { hostOf, type ToolApi } from './tool-api.js';

/** Of one tenant, so that what is kept in memory of it is bounded. */
const MAX_APIS = 10;

const columns = sql`name, base_url as "baseUrl", credential, credential_header as "credentialHeader", secret,
  tenant_parameters as "tenantParameters", timeout_ms as "timeoutMs", tools, updated_by as "updatedBy", updated_at as "updatedAt"`;

/** Where the secret of an API is sealed. */
export function secretPlace(api: string): SealedPlace {
  return { table: 'agents.tool_api', column: 'secret', row: api };
}

/** The tenant's APIs by name. */
export function listApiRows(rows: Rows): Promise<ToolApi[]> {
  return rows.query<ToolApi>(sql`select ${columns} from agents.tool_api order by name`);
}

/** The API of a name, locked until the commit; undefined when there is none. */
export function lockApi(tx: Transaction, name: string): Promise<ToolApi | undefined> {
  return tx.one<ToolApi>(sql`select ${columns} from agents.tool_api where name = ${name} for update`);
}

/** Sets an API up, or replaces it. @throws Fault `conflict` when the tenant has too many */
export async function saveApi(tx: Transaction, api: ToolApi): Promise<void> {
  const tools = JSON.stringify(api.tools);
  const saved = await tx.execute(sql`
    insert into agents.tool_api (tenant_id, name, base_url, credential, credential_header, secret, tenant_parameters, timeout_ms, tools,
      updated_by, updated_at)
    select ${tx.tenantId}::uuid, ${api.name}, ${api.baseUrl}, ${api.credential}, ${api.credentialHeader}, ${api.secret},
      ${api.tenantParameters}::text[], ${api.timeoutMs}::integer, ${tools}::jsonb, ${api.updatedBy}, ${api.updatedAt}::timestamptz
    where (select count(*) < ${MAX_APIS} from agents.tool_api where name <> ${api.name})
    on conflict (tenant_id, name) do update set base_url = excluded.base_url, credential = excluded.credential,
      credential_header = excluded.credential_header, secret = excluded.secret, tenant_parameters = excluded.tenant_parameters,
      timeout_ms = excluded.timeout_ms, tools = excluded.tools, updated_by = excluded.updated_by, updated_at = excluded.updated_at`);
  if (saved !== 1) throw new Fault('conflict', { detail: `There are at most ${MAX_APIS} APIs; delete one first` });
}

/** @throws Fault `not-found` */
export async function deleteApi(tx: Transaction, name: string): Promise<ToolApi> {
  const [gone] = await tx.query<ToolApi>(sql`delete from agents.tool_api where name = ${name} returning ${columns}`);
  if (!gone) throw new Fault('not-found');
  return gone;
}

/** The hosts that the tenant's tools may reach. */
export async function findHosts(rows: Rows): Promise<string[]> {
  const [row] = await rows.query<{ hosts: string[] }>(sql`select hosts from agents.tool_hosts`);
  return row?.hosts ?? [];
}

export async function saveHosts(tx: Transaction, hosts: readonly string[], at: Date): Promise<void> {
  await tx.execute(sql`insert into agents.tool_hosts (tenant_id, hosts, updated_at) values (${tx.tenantId}, ${hosts}::text[], ${at})
    on conflict (tenant_id) do update set hosts = excluded.hosts, updated_at = excluded.updated_at`);
}

/** An API as the audit log records it: never its secret. */
export function apiFacts(api: ToolApi): NonNullable<RowChange['new']> {
  return { host: hostOf(api), credential: api.credential, tools: api.tools.map(({ name }) => name).join(' ') };
}

export function toMessage(api: ToolApi, isOffered: boolean): ToolApiMessage {
  const { name, baseUrl, credential, tenantParameters, timeoutMs, updatedAt } = api;
  const tools = api.tools.map(({ name: tool, method, path, description }) => ({
    name: tool,
    method,
    path,
    description,
  }));
  return {
    name,
    baseUrl,
    tools,
    credential,
    tenantParameters: [...tenantParameters],
    timeoutMs,
    offered: isOffered,
    updatedAt,
  };
}
