import type { Operation } from '@tenantry/contracts';
import { Fault } from '@tenantry/kernel';
import type { Incoming } from '../pipeline/exchange.js';

// CloudEvents 1.0.2: the JSON format, and the modes of the HTTP protocol binding.

/** Names of attributes are lower-case letters and digits; what is spelled otherwise is a mistake and stays to be named. */
const ATTRIBUTE = /^[a-z0-9]+$/;
const HEADER_PREFIX = 'ce-';
const OWN_MEDIA_TYPE = /^application\/cloudevents(?:-batch)?\+json\b/i;

/** The input of an operation that takes CloudEvents, from a body that is one or a batch, or the data of one; undefined when it is neither. */
export function cloudEventsInput(operation: Operation, incoming: Incoming, json: unknown): object | undefined {
  const field = operation.input.fields.find(({ wire }) => wire === operation.cloudEvents);
  if (!field) return undefined;
  const given = givenEvents(incoming, json);
  if (!given) return undefined;
  const declared = new Set(field.message!().fields.map(({ wire }) => wire));
  return { [field.wire]: given.map((event) => withoutExtensions(event, declared)) };
}

function givenEvents({ headers }: Incoming, json: unknown): readonly unknown[] | undefined {
  const hasOwnType = OWN_MEDIA_TYPE.test(headers['content-type'] ?? '');
  if ('ce-specversion' in headers && !hasOwnType) return [readBinary(headers, json)];
  if (Array.isArray(json)) return json;
  return hasOwnType || (isObject(json) && 'specversion' in json) ? [json] : undefined;
}

/** The binary mode: attributes are headers, the body is the data. @throws Fault `invalid-input` naming the header */
function readBinary(headers: Incoming['headers'], data: unknown): object {
  const names = Object.keys(headers).filter((name) => name.startsWith(HEADER_PREFIX));
  const attributes = names.map((name) => [name.slice(HEADER_PREFIX.length), decodeAttribute(name, headers[name])]);
  return { ...Object.fromEntries(attributes), ...(data === undefined ? {} : { data }) };
}

/** Values of headers are quoted or not, and percent-encoded (HTTP binding, 3.1.3.2). */
function decodeAttribute(name: string, value: string | string[] | undefined): string {
  const text = [value].flat().join(', ');
  const unquoted = /^".*"$/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    throw new Fault('invalid-input', { field: name, detail: `${name} is not percent-encoded UTF-8` });
  }
}

/** Producers and what lies between add extension attributes as they like, so those that an operation does not know are left out. */
function withoutExtensions(event: unknown, declared: ReadonlySet<string>): unknown {
  if (!isObject(event)) return event;
  return Object.fromEntries(Object.entries(event).filter(([name]) => declared.has(name) || !ATTRIBUTE.test(name)));
}

/** Whether JSON is an object, and neither a list nor null. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
