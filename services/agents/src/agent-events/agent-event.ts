import type { ReceivedEvent } from '@tenantry/messaging';
import { isUuid } from '@tenantry/kernel';

/** Something that happened to or by an agent, before it has its number. */
export interface NewAgentEvent {
  readonly id: string;
  readonly type: string;
  readonly agentId: string | null;
  /** The member who caused it, or on whose behalf. */
  readonly userId: string | null;
  readonly runId: string | null;
  readonly data: object;
  readonly occurredAt: Date;
}

/** What is shown of an event of this service or of billing. */
export function agentEventOf({ id, name, data, meta, occurredAt }: ReceivedEvent): NewAgentEvent {
  const said = data as Readonly<Record<string, unknown>>;
  const userId = meta.onBehalfOf ?? (meta.actor.kind === 'user' ? meta.actor.id : null);
  const agentId = idIn(said, 'agentId') ?? (meta.actor.kind === 'agent' ? meta.actor.id : null);
  return { id, type: name, agentId, userId, runId: idIn(said, 'runId'), data: said, occurredAt };
}

function idIn(said: Readonly<Record<string, unknown>>, name: string): string | null {
  const id = said[name];
  return typeof id === 'string' && isUuid(id) ? id : null;
}
