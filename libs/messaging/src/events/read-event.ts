import { createHash } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import type { RowChange } from '@tenantry/database';
import { isUuid } from '@tenantry/kernel';
import { Header, readHeaders } from '../bus/headers.js';
import { parseEventSubject } from '../bus/subjects.js';
import type { EventMeta, ReceivedEvent } from './event.js';

/** An event that can't be handled, whatever is tried; `tenantId` is the subject's as far as it has one. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';

  constructor(
    readonly problem: 'subject' | 'payload' | 'tenant-mismatch' | 'publisher-mismatch' | 'crash',
    cause?: unknown,
  ) {
    super(`the event's ${problem} is wrong`, { cause });
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a message of the stream. Whose event it is, its subject says: a message whose meta names another tenant, or whose
 * source is not the service in the subject, is refused.
 * @throws UnreadableEvent
 */
export function readEvent(message: JsMsg): ReceivedEvent {
  const address = parseEventSubject(message.subject);
  if (!address || !isUuid(address.tenantId)) throw new UnreadableEvent('subject');
  const headers = readHeaders(message.headers);
  const { meta, payload } = parse(headers[Header.event], message.data);
  if (meta.tenantId !== address.tenantId) throw new UnreadableEvent('tenant-mismatch');
  if (headers['ce-source'] !== `/services/${address.service}`) throw new UnreadableEvent('publisher-mismatch');
  return {
    ...address,
    id: eventIdOf(message),
    occurredAt: new Date(headers['ce-time'] ?? message.time),
    meta,
    data: payload.data,
    changes: payload.changes ?? [],
    traceparent: headers[Header.traceparent] ?? null,
    attempt: message.info.deliveryCount,
    sequence: message.seq,
  };
}

/** The event's id; for a message without one, an id that every delivery of it shares. */
export function eventIdOf(message: JsMsg): string {
  const id = message.headers?.get('ce-id') ?? '';
  if (isUuid(id)) return id;
  const digest = createHash('sha256').update(`${message.info.stream} ${message.seq} ${message.subject}`).digest('hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

interface Payload {
  readonly data: unknown;
  readonly changes?: readonly RowChange[];
}

function parse(meta: string | undefined, data: Uint8Array): { meta: EventMeta; payload: Payload } {
  try {
    const read = { meta: JSON.parse(meta ?? '') as EventMeta, payload: JSON.parse(decoder.decode(data)) as Payload };
    const { meta: who, payload } = read;
    if (typeof payload !== 'object' || payload === null) throw new TypeError('the payload is not an object');
    if (typeof who?.tenantId !== 'string' || typeof who.actor?.id !== 'string')
      throw new TypeError('the meta is incomplete');
    return read;
  } catch (cause) {
    throw new UnreadableEvent('payload', cause);
  }
}
