import canonicalize from 'canonicalize';
import type { Entry } from './entry.js';

/**
 * The canonical form of a JSON value (RFC 8785): the same text for the same value, in every language.
 * @throws Error for what JSON can't say: NaN, infinity, half of a surrogate pair
 */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('This has no JSON form');
  return text;
}

/**
 * The text that an entry's hash covers: its canonical JSON, with the sequence as a string and times in RFC 3339 with
 * milliseconds. Every member is always there, null when it has no value.
 */
export function leafText(entry: Entry): string {
  return canonicalJson({
    version: entry.version,
    id: entry.id,
    sequence: entry.sequence.toString(),
    tenantId: entry.tenantId,
    occurredAt: entry.occurredAt.toISOString(),
    recordedAt: entry.recordedAt.toISOString(),
    service: entry.service,
    event: entry.event,
    eventId: entry.eventId,
    eventIndex: entry.eventIndex,
    operation: entry.operation,
    action: entry.action,
    outcome: entry.outcome,
    actor: { kind: entry.actor.kind, id: entry.actor.id, role: entry.actor.role },
    platformActor: entry.platformActor,
    onBehalfOf: entry.onBehalfOf,
    credentialId: entry.credentialId,
    requestId: entry.requestId,
    traceId: entry.traceId,
    resource: entry.resource,
    resourceId: entry.resourceId,
    change: entry.change,
    old: entry.old,
    new: entry.new,
    origin: entry.origin,
  });
}
