import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Entry } from './entry.js';

/** Marks the leaves of the tree, so that nobody can pass an inner node off as one (RFC 9162, section 2.1.1). */
const LEAF_PREFIX = '\0';

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

/** The RFC 9162 leaf hash: SHA-256 of a zero byte followed by the text in UTF-8. */
export function leafHash(text: string): Buffer {
  return hash('sha256', LEAF_PREFIX + text, 'buffer');
}
