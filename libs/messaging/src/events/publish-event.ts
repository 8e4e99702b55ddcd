import { SpanKind } from '@opentelemetry/api';
import type { OutboxMessage } from '@tenantry/database';
import type { Bus } from '../bus/bus.js';
import { Header, makeHeaders } from '../bus/headers.js';
import { inSpan, TENANT_ATTRIBUTE, traceparentOf } from '../bus/tracing.js';
import { EVENTS_STREAM } from '../bus/subjects.js';
import type { Sent } from './relay.js';

/** Well below the idle-in-transaction limit of the transaction that holds the row. */
const PUBLISH_TIMEOUT_MS = 4_000;

/** Puts one event into the stream under its own message id, continuing the trace of the request that made it. */
export async function publishEvent(bus: Bus, message: OutboxMessage): Promise<Sent> {
  const attributes = {
    [TENANT_ATTRIBUTE]: message.tenant_id,
    'messaging.system': 'nats',
    'messaging.destination.name': EVENTS_STREAM,
  };
  const traceparent = message.headers[Header.traceparent];
  const name = `publish ${message.headers['ce-type'] ?? 'event'}`;
  return inSpan({ name, kind: SpanKind.PRODUCER, traceparent, attributes }, async (span) => {
    const headers = makeHeaders({
      ...message.headers,
      [Header.messageId]: `${bus.service}:${message.id}`,
      [Header.traceparent]: traceparentOf(span) ?? traceparent,
    });
    const ack = await bus.jetstream.publish(message.subject, JSON.stringify(message.payload), {
      headers,
      timeout: PUBLISH_TIMEOUT_MS,
    });
    return { position: message.position, streamSequence: ack.seq };
  });
}
