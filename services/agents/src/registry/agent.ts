import type { AgentConfig } from '@tenantry/contracts';
import { Fault, isUuid, newId, type TenantContext } from '@tenantry/kernel';
import type { AgentEntry } from '@tenantry/messaging';

export type AgentStatus = 'active' | 'paused' | 'archived';

/** A program that acts by a model's decisions. */
export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly purpose: string | null;
  /** The member or key that answers for it. */
  readonly ownerId: string;
  readonly status: AgentStatus;
  /** The configuration in force; null until one is published. */
  readonly publishedVersion: number | null;
  /** Grows with every change. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A new agent: active, but of no use until a configuration is published. @throws Fault `invalid-input` */
export function openAgent(
  wish: { readonly name: string; readonly purpose?: string | null; readonly ownerId?: string | null },
  { actor }: Pick<TenantContext, 'actor'>,
  now: Date,
): Agent {
  const ownerId = wish.ownerId ?? actor.id;
  if (!isUuid(ownerId))
    throw new Fault('invalid-input', { field: 'ownerId', detail: 'Name the member who answers for it' });
  return {
    ...{ id: newId(now), name: wish.name.trim(), purpose: wish.purpose ?? null, ownerId },
    ...{ status: 'active', publishedVersion: null, version: 1, createdAt: now, updatedAt: now },
  };
}

/** @throws Fault `conflict` */
export function assertNotArchived({ status }: Agent): void {
  if (status === 'archived') throw new Fault('conflict', { detail: 'The agent is archived' });
}

/** The agent in another status; the same when it is in that one. @throws Fault `conflict` for an archived one */
export function withStatus(agent: Agent, status: AgentStatus, now: Date): Agent {
  if (agent.status === status) return agent;
  assertNotArchived(agent);
  return { ...agent, status, version: agent.version + 1, updatedAt: now };
}

/** The agent with another configuration in force. @throws Fault `conflict` for an archived one */
export function withVersion(agent: Agent, publishedVersion: number, now: Date): Agent {
  assertNotArchived(agent);
  return { ...agent, publishedVersion, version: agent.version + 1, updatedAt: now };
}

/** Who has a model may ask it, and who has tools may call them; what each tool may do is a permission of its own. */
function grantsOf({ permissions, tools }: AgentConfig): readonly string[] {
  return [...new Set([...permissions, 'agents.complete', ...(tools.length > 0 ? ['agents.call'] : [])])];
}

const USUAL_CLASSES = ['none', 'internal'];

/** What everybody who meets the agent must know: whether it may act, and the most that it may do. */
export function directoryEntry(agent: Agent, tenantId: string, config: AgentConfig | null): AgentEntry {
  return {
    ...{ version: agent.version, tenantId, status: agent.status, publishedVersion: agent.publishedVersion },
    grants: config ? grantsOf(config) : [],
    tools: config?.tools.map(({ name, needsApproval }) => ({ name, needsApproval })) ?? [],
    data: config?.data.map(({ table, actions, columns }) => ({ table, actions, columns })) ?? [],
    dataClasses: config && config.dataClasses.length > 0 ? config.dataClasses : USUAL_CLASSES,
    models: config ? [config.model, ...config.fallbackModels] : [],
    locationIds: config?.locationIds ?? [],
  };
}

/** Whether a caller may ask a model: an agent those that its configuration in force names, anybody else any. */
export function mayAsk(model: string, entry: AgentEntry | undefined, { actor }: Pick<TenantContext, 'actor'>): boolean {
  return actor.kind !== 'agent' || entry?.models.includes(model) === true;
}
