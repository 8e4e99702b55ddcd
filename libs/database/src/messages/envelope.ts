import { createHash } from 'node:crypto';
import { type EventType, printMessage } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID, type TenantContext, newId } from '@tenantry/kernel';
import { type RowChange, shrinkChange } from './row-change.js';

/** One row of the outbox, ready to be written. */
export interface Outgoing {
  readonly id: string;
  readonly tenantId: string;
  readonly kind: 'event' | 'directory';
  readonly subject: string;
  readonly payload: string;
  readonly headers: string;
}

/** Who makes events: a service, on behalf of a request or by itself. */
export interface Publisher {
  readonly service: string;
  readonly tenantId: string;
  readonly ctx: TenantContext | null;
}

const MAX_CHANGES = 200;
const MAX_PAYLOAD_BYTES = 256 * 1024;

/**
 * Prints an event as it will be on the bus: CloudEvents headers, and a payload of the event's data and the rows that
 * changed. More changes than one message may carry make several, numbered parts; each carries the data.
 */
export function printEvent(
  publisher: Publisher,
  event: object,
  changes: readonly RowChange[],
  tenantId: string,
): Outgoing[] {
  const type = event.constructor as unknown as EventType<object>;
  const data = JSON.stringify(printMessage(type, event));
  const groups = groupChanges(changes, MAX_PAYLOAD_BYTES - Buffer.byteLength(data) - 64);
  const { service, name, subjectSuffix } = type.event;
  if (service !== publisher.service) {
    throw new Error(`${name} is an event of ${service}; ${publisher.service} must not publish it`);
  }
  return groups.map((group, part) => {
    const id = newId();
    return {
      id,
      tenantId,
      kind: 'event',
      subject: `events.${tenantId}.${subjectSuffix}`,
      payload: `{"data":${data},"changes":[${group.join(',')}]}`,
      headers: JSON.stringify(headersOf(publisher, type, tenantId, id, [part + 1, groups.length])),
    };
  });
}

/** Prints a directory entry; the relay puts `value`, or removes the key when it is null. */
export function printEntry(
  publisher: Publisher,
  bucket: string,
  key: string,
  value: unknown,
  version: bigint | number,
): Outgoing {
  const payload = `{"version":${version},"value":${JSON.stringify(value ?? null)}}`;
  const id = newId();
  return { id, tenantId: publisher.tenantId, kind: 'directory', subject: `${bucket}.${key}`, payload, headers: '{}' };
}

function headersOf(
  { service, ctx }: Publisher,
  type: EventType<object>,
  tenantId: string,
  id: string,
  [part, parts]: readonly [number, number],
): Record<string, string> {
  const origin = ctx?.origin;
  const meta = {
    tenantId,
    ...(ctx ? requestFacts(ctx) : serviceFacts(service)),
    action: origin?.action ?? type.event.action,
    operation: origin?.operation ?? null,
    version: 1,
    part,
    parts,
  };
  return {
    'Nats-Msg-Id': `${service}:${id}`,
    'ce-specversion': '1.0',
    'ce-id': id,
    'ce-source': `/services/${service}`,
    'ce-type': type.event.name,
    'ce-time': new Date().toISOString(),
    'ce-subject': tenantId,
    'Tenantry-Event': headerText(meta),
    ...(ctx?.request.traceparent ? { traceparent: ctx.request.traceparent } : {}),
  };
}

/** Who caused an event, as the audit log wants it. */
function requestFacts(ctx: TenantContext): object {
  const { tenantId, actor, onBehalfOf, request, grant, grantId } = ctx;
  const byStaff = tenantId === PLATFORM_TENANT_ID && (actor.kind === 'user' || actor.kind === 'key');
  const { id: requestId, clientIp, userAgent } = request;
  // The tenant knows the grant that it gave, not the sessions of the platform's staff.
  const credentialId = grant ? grantId : ctx.credentialId;
  return { actor, onBehalfOf, requestId, clientIp, userAgent, credentialId, platformActor: byStaff || Boolean(grant) };
}

/** The same for what a service does by itself. */
function serviceFacts(service: string): object {
  const nobody = { onBehalfOf: null, requestId: null, clientIp: null, userAgent: null, credentialId: null };
  return { actor: { kind: 'service', id: service, role: null }, ...nobody, platformActor: false };
}

/** A header is one line of ASCII; a user agent may be anything. */
function headerText(meta: object): string {
  return JSON.stringify(meta).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function groupChanges(changes: readonly RowChange[], roomBytes: number): string[][] {
  if (roomBytes < 0) {
    throw new Error(`an event carries at most ${MAX_PAYLOAD_BYTES} bytes`);
  }
  const groups: string[][] = [[]];
  let usedBytes = 0;
  for (const change of changes) {
    const text = fit(change, roomBytes);
    const bytes = Buffer.byteLength(text) + 1;
    const current = groups.at(-1)!;
    if (current.length >= MAX_CHANGES || (current.length > 0 && usedBytes + bytes > roomBytes)) {
      groups.push([text]);
      usedBytes = bytes;
    } else {
      current.push(text);
      usedBytes += bytes;
    }
  }
  return groups;
}

/** A row that is too large by itself is told by digests of its large values. */
function fit(change: RowChange, roomBytes: number): string {
  const text = JSON.stringify(change);
  if (Buffer.byteLength(text) < roomBytes) {
    return text;
  }
  const small = JSON.stringify(shrinkChange(change, (value) => createHash('sha256').update(value).digest('base64url')));
  if (Buffer.byteLength(small) >= roomBytes) {
    throw new Error(`the change of one ${change.resource} has too many columns for one event`);
  }
  return small;
}
