import { Fault, isUuid, newId, type TenantContext } from '@tenantry/kernel';

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
