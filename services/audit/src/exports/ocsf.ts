import type { AuditEvent } from '@tenantry/contracts';

/** The version of the schema that events follow. It is pinned: later ones mean something else by some of the same attributes. */
export const OCSF_VERSION = '1.3.0';

const PRODUCT = { name: 'Tenantry', vendor_name: 'Tenantry' };
const INFORMATIONAL = 1;
const MEDIUM = 3;
const OTHER = 99;
const CHANGES: Readonly<Record<string, number>> = { insert: 1, read: 2, update: 3, delete: 4 };
const SESSIONS: Readonly<Record<string, number>> = { SessionStarted: 1, SessionEnded: 2 };
/** A person is a user, everything else that acts is a system; of nobody it is not known. */
const USER_TYPES: Readonly<Record<string, number>> = { user: 1, key: 3, service: 3, agent: 3 };

/** An event of the Open Cybersecurity Schema Framework. */
export type OcsfEvent = Readonly<Record<string, unknown>>;

interface Classified {
  readonly category: number;
  readonly uid: number;
  readonly activity: number;
  readonly own: OcsfEvent;
}

/** Which class an entry is of, with what only that class has. */
function classify(event: AuditEvent): Classified {
  const session = event.service === 'identity' ? SESSIONS[event.event] : undefined;
  if (session !== undefined) return authentication(event, session);
  const change = CHANGES[event.change ?? ''];
  return change === undefined || event.change === 'read' ? apiActivity(event, change) : entityManagement(event, change);
}

/** Authentication, 3002: a session began or ended. */
function authentication(event: AuditEvent, activity: number): Classified {
  return { category: 3, uid: 3002, activity, own: { user: userOf(event), service: { name: event.service } } };
}

/** Entity Management, 3004: a row was made, changed or removed. */
function entityManagement({ resource, resourceId, old, new: now }: AuditEvent, activity: number): Classified {
  const named = { type: resource, name: resource, uid: resourceId ?? undefined };
  const own = { entity: { ...named, data: old ?? undefined }, entity_result: { ...named, data: now ?? undefined } };
  return { category: 3, uid: 3004, activity, own };
}

/** API Activity, 6003: something was read, refused, or done that names no row. */
function apiActivity(event: AuditEvent, activity = OTHER): Classified {
  const { operation, action, service, requestId, resource, resourceId } = event;
  const own = {
    api: { operation: operation ?? action, service: { name: service }, request: { uid: requestId ?? '' } },
    resources: [{ type: resource, name: resource, uid: resourceId ?? undefined }],
    ...(activity === OTHER ? { activity_name: action } : {}),
  };
  return { category: 6, uid: 6003, activity, own };
}

function userOf({ actor }: AuditEvent): OcsfEvent {
  const typeId = USER_TYPES[actor.kind] ?? 0;
  return { uid: actor.id, type: actor.kind, type_id: typeId, groups: actor.role ? [{ name: actor.role }] : undefined };
}

/**
 * An entry of the log as an OCSF event. What the schema has no place for is in `unmapped`, with the leaf hash by which the
 * event is found again in the provable log; `metadata.sequence` has no gaps, so a missing event shows.
 */
export function toOcsf(event: AuditEvent): OcsfEvent {
  const { category, uid, activity, own } = classify(event);
  const refused = event.outcome === 'refused';
  const atMs = event.occurredAt.getTime();
  return {
    ...{ category_uid: category, class_uid: uid, activity_id: activity, type_uid: uid * 100 + activity },
    ...{ time: atMs, severity_id: refused ? MEDIUM : INFORMATIONAL, status_id: refused ? 2 : 1 },
    message: `${event.action} ${event.resource}`,
    actor: { user: userOf(event), session: event.credentialId ? { uid: event.credentialId } : undefined },
    src_endpoint: event.clientIp ? { ip: event.clientIp } : { svc_name: event.service },
    http_request: { uid: event.requestId ?? undefined, user_agent: event.userAgent ?? undefined },
    metadata: metadataOf(event),
    ...own,
    unmapped: unmappedOf(event, uid),
  };
}

function metadataOf({ id, tenantId, sequence, action, recordedAt, traceId }: AuditEvent): OcsfEvent {
  return {
    ...{ version: OCSF_VERSION, product: PRODUCT, uid: id, tenant_uid: tenantId, sequence: Number(sequence) },
    ...{ event_code: action, log_name: 'audit', logged_time: recordedAt.getTime() },
    correlation_uid: traceId ?? undefined,
  };
}

function unmappedOf(event: AuditEvent, classUid: number): OcsfEvent {
  const { leafHash, service, event: name, eventId, eventIndex, operation, platformActor, onBehalfOf } = event;
  const values = classUid === 3004 ? {} : { old: event.old ?? undefined, new: event.new ?? undefined };
  return {
    ...{ leaf_hash: leafHash, service, event: name, event_id: eventId, event_index: eventIndex },
    ...{ operation: operation ?? undefined, platform_actor: platformActor, on_behalf_of: onBehalfOf ?? undefined },
    ...values,
  };
}

/** An entry as a line of newline-delimited OCSF. */
export function ocsfLine(event: AuditEvent): string {
  return `${JSON.stringify(toOcsf(event))}\n`;
}
