import type { Agent as AgentMessage } from '@tenantry/contracts';
import { onUnique, sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Agent, AgentStatus } from './agent.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`id, name, purpose, owner_id as "ownerId", status, published_version as "publishedVersion", version::int,
  created_at as "createdAt", updated_at as "updatedAt"`;

/** @throws Fault `not-found` */
export async function findAgent(rows: Rows, id: string): Promise<Agent> {
  const [agent] = await rows.query<Agent>(sql`select ${columns} from agents.agent where id = ${id}`);
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
