import { SpanKind } from '@opentelemetry/api';
import { readMessage } from '@tenantry/contracts';
import { claimEvent, HOME_CELL, type Doors } from '@tenantry/database';
import { inSpan, TENANT_ATTRIBUTE, traceparentOf } from '../bus/tracing.js';
import type { Registered } from '../definition/handler-table.js';
import type { Reaction } from '../definition/patterns.js';
import type { TenantEntry } from '../directory/entries.js';
import type { EventContext, ReceivedEvent } from './event.js';
import { UnreadableEvent } from './read-event.js';

const DEADLINE_MS = 60_000;

/** Where a tenant's rows are; without an answer, on the home cell. */
export type PlaceOf = (tenantId: string) => Pick<TenantEntry, 'cell' | 'mode' | 'organizationId'> | undefined;

/** What a reaction needs, however its events come. */
export interface ReactorOptions {
  readonly service: string;
  readonly doors: Doors;
  readonly placeOf: PlaceOf;
}

/** One reaction: each event in a transaction of its tenant that claims it and holds its effect. */
export class Reactor {
  constructor(
    private readonly reaction: Registered<Reaction>,
    private readonly options: ReactorOptions,
  ) {}

  /**
   * Handles an event, once: a second time changes nothing.
   * @throws UnreadableEvent, or whatever the handler throws; nothing was changed then
   */
  async react(received: ReceivedEvent, signal: AbortSignal): Promise<void> {
    const { facts, method } = this.reaction;
    const { data, ...event } = received;
    const attributes = {
      [TENANT_ATTRIBUTE]: event.tenantId,
      'messaging.system': 'nats',
      'messaging.consumer.group.name': facts.consumer,
    };
    const name = `${facts.consumer} ${event.name}`;
    await inSpan({ name, kind: SpanKind.CONSUMER, traceparent: event.traceparent, attributes }, async (span) => {
      const ctx = this.contextOf(event, traceparentOf(span) ?? event.traceparent, signal);
      const input = parse(facts, data);
      await this.options.doors.tenants.transaction(ctx, async (tx) => {
        if (await claimEvent(tx, facts.consumer, event.id)) await method(input, tx, ctx);
      });
    });
  }

  private contextOf(event: Omit<ReceivedEvent, 'data'>, traceparent: string | null, signal: AbortSignal): EventContext {
    const { meta, tenantId } = event;
    const place = this.options.placeOf(tenantId);
    return {
      tenantId,
      cell: place?.cell ?? HOME_CELL,
      mode: place?.mode ?? 'pool',
      organizationId: place?.organizationId ?? null,
      locationId: null,
      actor: { kind: 'service', id: this.options.service, role: null },
      onBehalfOf: meta.onBehalfOf ?? meta.actor.id,
      agentId: null,
      grantId: null,
      purpose: 'reaction',
      permissions: ['*'],
      credentialId: null,
      whenSuspended: true,
      request: {
        id: meta.requestId ?? event.id,
        clientIp: meta.clientIp,
        userAgent: meta.userAgent,
        deadlineAtMs: Date.now() + DEADLINE_MS,
        traceparent,
      },
      origin: { operation: this.reaction.facts.consumer, action: null },
      idempotency: null,
      signal,
      event,
    };
  }
}

function parse(facts: Reaction, data: unknown): object {
  try {
    return readMessage(facts.type, data);
  } catch (cause) {
    throw new UnreadableEvent('payload', cause);
  }
}
