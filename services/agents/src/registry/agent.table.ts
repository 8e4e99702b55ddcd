import { AgentConfig, readMessage, type Agent as AgentMessage } from '@tenantry/contracts';
import { onUnique, sql, type Doors, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { AgentEntry, Projection } from '@tenantry/messaging';
import type { Rows } from '../rows.js';
import { directoryEntry, type Agent, type AgentStatus } from './agent.js';

const columns = sql`id, name, purpose, owner_id as "ownerId", status, published_version as "publishedVersion", version::int,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** @throws Fault `not-found` */
export async function findAgent(rows: Rows, id: string): Promise<Agent> {
  const [agent] = await rows.query<Agent>(sql`select ${columns} from agents.agent where id = ${id}`);
  if (!agent) throw new Fault('not-found');
  return agent;
}

/** As `findAgent`, and nobody else changes it until the commit. @throws Fault `not-found` */
export async function lockAgent(tx: Transaction, id: string): Promise<Agent> {
  const agent = await tx.one<Agent>(sql`select ${columns} from agents.agent where id = ${id} for update`);
  if (!agent) throw new Fault('not-found');
  return agent;
}

/** The newest first; `beforeId` continues after the agent with that id. */
export function listAgentRows(
  rows: Rows,
  { status, beforeId }: { readonly status: AgentStatus | null; readonly beforeId: string | null },
  limit: number,
): Promise<Agent[]> {
  return rows.query<Agent>(sql`select ${columns} from agents.agent
    where (${status}::text is null or status = ${status}) and (${beforeId}::uuid is null or id < ${beforeId})
    order by id desc limit ${limit}`);
}

/** @throws Fault `conflict` when the name is taken */
export async function insertAgent(tx: Transaction, agent: Agent): Promise<void> {
  const { id, name, purpose, ownerId, createdAt, updatedAt } = agent;
  const taken = (): Fault => new Fault('conflict', { field: 'name', detail: 'An agent with this name exists' });
  await tx
    .execute(
      sql`insert into agents.agent (tenant_id, id, name, purpose, owner_id, created_at, updated_at)
        values (${tx.tenantId}, ${id}, ${name}, ${purpose}, ${ownerId}, ${createdAt}, ${updatedAt})`,
    )
    .catch(onUnique('agent_name', taken));
  tx.project('agents', id, directoryEntry(agent, tx.tenantId, null), agent.version);
}

/** Saves a changed agent, and tells everybody who watches what counts from now on. The caller holds the row's lock. */
export async function saveAgent(tx: Transaction, agent: Agent): Promise<void> {
  const { id, status, publishedVersion, version, updatedAt } = agent;
  await tx.execute(sql`update agents.agent
    set status = ${status}, published_version = ${publishedVersion}, version = ${version}, updated_at = ${updatedAt} where id = ${id}`);
  tx.project('agents', id, await entryInForce(tx, agent), version);
}

/** The agent as everybody who watches is told about it, as it is in this transaction. */
export async function entryInForce(tx: Transaction, agent: Agent): Promise<AgentEntry> {
  const inForce = await tx.one<{ config: unknown }>(
    sql`select config from agents.agent_version where agent_id = ${agent.id} and number = ${agent.publishedVersion}`,
  );
  return directoryEntry(agent, tx.tenantId, inForce ? readMessage(AgentConfig, inForce.config) : null);
}

/** Every entry of the directory of agents; archived ones are left out, for nothing is let in that it does not name. */
export async function* allAgentEntries(doors: Doors): AsyncIterable<Projection> {
  const pageSize = 500;
  const rows = doors.control.job('agents_directory');
  for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
    const page = await rows.query<Agent & { tenantId: string; config: unknown }>(sql`
      select ${columns}, agent.tenant_id as "tenantId", in_force.config from agents.agent
      left join lateral (select config from agents.agent_version
        where agent_version.tenant_id = agent.tenant_id and agent_id = agent.id and number = agent.published_version) in_force on true
      where status <> 'archived' and id > ${after} order by id limit ${pageSize}`);
    for (const { tenantId, config, ...agent } of page) {
      const entry = directoryEntry(agent, tenantId, config === null ? null : readMessage(AgentConfig, config));
      yield { bucket: 'agents', key: agent.id, value: entry, version: agent.version };
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}

/** A new agent as the audit log records it. */
export function agentChanges({ id, name, ownerId, status }: Agent): RowChange[] {
  return [{ resource: 'agent', id, action: 'insert', new: { name, ownerId, status } }];
}

export function toMessage({
  id,
  name,
  purpose,
  ownerId,
  status,
  publishedVersion,
  createdAt,
  updatedAt,
}: Agent): AgentMessage {
  return { id, name, purpose, ownerId, status, publishedVersion, createdAt, updatedAt };
}
