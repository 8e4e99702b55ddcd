import type { RowChange } from '@tenantry/database';
import type { TenantContext } from '@tenantry/kernel';

/** Who did what an event tells, as the publisher's transaction knew it. */
export interface EventMeta {
  readonly tenantId: string;
  readonly actor: { readonly kind: string; readonly id: string; readonly role: string | null };
  readonly onBehalfOf: string | null;
  readonly requestId: string | null;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly credentialId: string | null;
  /** The audit action. */
  readonly action: string | null;
  readonly operation: string | null;
  /** Whether platform staff acted on the tenant. */
  readonly platformActor: boolean;
  readonly version: number;
  /** Which of how many messages this is, when the changes did not fit into one. */
  readonly part?: number;
  readonly parts?: number;
}

/** An event as it came from the stream, its data not yet parsed. */
export interface ReceivedEvent {
  readonly id: string;
  /** From the subject; the payload has no say in it. */
  readonly tenantId: string;
  readonly service: string;
  readonly name: string;
  readonly occurredAt: Date;
  readonly meta: EventMeta;
  readonly data: unknown;
  readonly changes: readonly RowChange[];
  readonly traceparent: string | null;
  /** 1 for the first delivery. */
  readonly attempt: number;
  /** Its place in the stream; grows. */
  readonly sequence: number;
}

/** The context of a reaction: the event's tenant, this service as the actor, purpose `reaction`. */
export interface EventContext extends TenantContext {
  readonly event: Omit<ReceivedEvent, 'data'>;
}
