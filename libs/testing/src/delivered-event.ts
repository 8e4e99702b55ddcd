import { printMessage, type EventType } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { ReceivedEvent } from '@tenantry/messaging';

/** An event for the reactions of a service; what it leaves out is made up. */
export interface DeliveredEvent {
  readonly event: object;
  readonly tenantId: string;
  readonly id?: string;
  readonly facts?: Partial<Omit<ReceivedEvent, 'data' | 'id' | 'tenantId'>>;
}

/** The event as the bus would bring it. */
export function receivedEvent(
  { event, tenantId, id = newId(), facts }: DeliveredEvent,
  type: EventType<object>,
): ReceivedEvent {
  const actor = { kind: 'user', id: newId(), role: 'owner' };
  return {
    id,
    tenantId,
    service: type.event.service,
    name: type.event.name,
    occurredAt: new Date(),
    meta: {
      tenantId,
      actor,
      onBehalfOf: null,
      requestId: newId(),
      clientIp: null,
      userAgent: null,
      credentialId: null,
      action: type.event.action,
      operation: null,
      platformActor: false,
      version: 1,
    },
    changes: [],
    traceparent: null,
    attempt: 1,
    sequence: 1,
    ...facts,
    data: printMessage(type, event),
  };
}
