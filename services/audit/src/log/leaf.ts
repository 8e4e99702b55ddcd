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

/** The canonical JSON of an entry's values, as they are stored; null where there are none. */
export interface ValueTexts {
  readonly old: string | null;
  readonly new: string | null;
}

export function valueTextsOf(entry: Pick<Entry, 'old' | 'new'>): ValueTexts {
  const textOf = (values: Entry['old']): string | null => (values ? canonicalJson(values) : null);
  return { old: textOf(entry.old), new: textOf(entry.new) };
}

/**
 * The text that an entry's hash covers: its canonical JSON, with the sequence as a string and times in RFC 3339 with
 * milliseconds. Every member is always there, null when it has no value.
 * @param values as `valueTextsOf` has them
 * @throws Error for half of a surrogate pair
 */
export function leafText(entry: Entry, values: ValueTexts = valueTextsOf(entry)): string {
  const { action, change, credentialId, event, eventId, eventIndex, id, onBehalfOf, operation, origin } = entry;
  const { outcome, platformActor, requestId, resource, resourceId, service, tenantId, traceId, version } = entry;
  const actor = { id: entry.actor.id, kind: entry.actor.kind, role: entry.actor.role };
  const [sequence, recordedAt] = [entry.sequence.toString(), entry.recordedAt.toISOString()];
  // In the order of RFC 8785; texts and numbers in it are as ECMAScript prints them, which is its own business and fast.
  const text = `{${[
    printMembers({ action, actor, change, credentialId, event, eventId, eventIndex, id }),
    `"new":${values.new}`,
    printMembers({ occurredAt: entry.occurredAt.toISOString() }),
    `"old":${values.old}`,
    printMembers({
      onBehalfOf,
      operation,
      origin,
      outcome,
      platformActor,
      recordedAt,
      requestId,
      resource,
      resourceId,
    }),
    printMembers({ sequence, service, tenantId, traceId, version }),
  ].join()}}`;
  return text.includes(SURROGATE) ? canonicalJson(JSON.parse(text)) : text;
}

/** How ECMAScript prints half of a surrogate pair, which RFC 8785 does not allow. */
const SURROGATE = String.raw`\ud`;

const printMembers = (members: object): string => JSON.stringify(members).slice(1, -1);
