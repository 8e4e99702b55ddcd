import { AgentConfig, printMessage, readMessage, type AgentVersion } from '@tenantry/contracts';
import { sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../rows.js';
import type { Origin } from '../templates/template.js';
import type { Version, VersionStatus } from './version.js';

const columns = sql`agent_id as "agentId", number, status, config, note, replaced, created_by as "createdBy", created_at as "createdAt",
  published_by as "publishedBy", published_at as "publishedAt"`;

type VersionRow = Omit<Version, 'config'> & { readonly config: unknown };

const fromRow = (row: VersionRow): Version => ({ ...row, config: readMessage(AgentConfig, row.config) });

/** @throws Fault `not-found` */
export async function findVersion(rows: Rows, agentId: string, number: number): Promise<Version> {
  const [row] = await rows.query<VersionRow>(
    sql`select ${columns} from agents.agent_version where agent_id = ${agentId} and number = ${number}`,
  );
  if (!row) throw new Fault('not-found');
  return fromRow(row);
}

/** The newest first; `before` continues after the version with that number. */
export async function listVersionRows(
  rows: Rows,
  { agentId, before }: { readonly agentId: string; readonly before: number | null },
  limit: number,
): Promise<Version[]> {
  const found = await rows.query<VersionRow>(sql`select ${columns} from agents.agent_version
    where agent_id = ${agentId} and (${before}::integer is null or number < ${before}) order by number desc limit ${limit}`);
  return found.map(fromRow);
}

/** Adds a draft with the next number. The caller holds the lock of the agent. */
export async function insertVersion(
  tx: Transaction,
  draft: Pick<Version, 'agentId' | 'config' | 'note' | 'createdBy' | 'createdAt'> & { readonly origin?: Origin },
): Promise<Version> {
  const { origin = null } = draft;
  const config = JSON.stringify(printMessage(AgentConfig, draft.config));
  const row = await tx.one<VersionRow>(sql`
    insert into agents.agent_version (tenant_id, agent_id, number, config, note, created_by, created_at, template, template_version)
    select ${tx.tenantId}, ${draft.agentId}, coalesce(max(number), 0) + 1, ${config}::jsonb, ${draft.note}, ${draft.createdBy}, ${draft.createdAt},
      ${origin?.template ?? null}, ${origin?.version ?? null}::integer
    from agents.agent_version where agent_id = ${draft.agentId} returning ${columns}`);
  return fromRow(row!);
}

/** Puts a version into another state. */
export async function setVersionStatus(
  tx: Transaction,
  agentId: string,
  number: number,
  status: VersionStatus,
): Promise<void> {
  await tx.execute(
    sql`update agents.agent_version set status = ${status} where agent_id = ${agentId} and number = ${number}`,
  );
}

/** Takes note of who published a draft when, instead of which version. */
export async function markPublished(
  tx: Transaction,
  { agentId, number }: Version,
  by: { readonly publishedBy: string; readonly publishedAt: Date; readonly replaced: number | null },
): Promise<void> {
  await tx.execute(sql`update agents.agent_version
    set status = 'published', published_by = ${by.publishedBy}, published_at = ${by.publishedAt}, replaced = ${by.replaced}
    where agent_id = ${agentId} and number = ${number}`);
}

/** A draft as the audit log records it. */
export function versionChanges({ agentId, number, config }: Version): RowChange[] {
  const { model, tools, permissions, data } = config;
  const said = {
    ...{ model, tools: tools.map(({ name }) => name).join(' '), permissions: permissions.join(' ') },
    tables: data.map(({ table }) => table).join(' '),
  };
  return [{ resource: 'agent_version', id: `${agentId}/${number}`, action: 'insert', new: said }];
}

export function toMessage({ replaced: _, ...version }: Version): AgentVersion {
  return { ...version };
}
