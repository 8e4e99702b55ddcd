import type { AuditEvent } from '@tenantry/contracts';
import { csvLine } from '@tenantry/kernel';

const columns: Readonly<Record<string, (event: AuditEvent) => unknown>> = {
  sequence: (event) => event.sequence,
  id: (event) => event.id,
  occurredAt: (event) => event.occurredAt.toISOString(),
  recordedAt: (event) => event.recordedAt.toISOString(),
  service: (event) => event.service,
  event: (event) => event.event,
  eventId: (event) => event.eventId,
  eventIndex: (event) => event.eventIndex,
  operation: (event) => event.operation,
  action: (event) => event.action,
  outcome: (event) => event.outcome,
  actorKind: (event) => event.actor.kind,
  actorId: (event) => event.actor.id,
  actorRole: (event) => event.actor.role,
  platformActor: (event) => event.platformActor,
  onBehalfOf: (event) => event.onBehalfOf,
  credentialId: (event) => event.credentialId,
  requestId: (event) => event.requestId,
  traceId: (event) => event.traceId,
  resource: (event) => event.resource,
  resourceId: (event) => event.resourceId,
  change: (event) => event.change,
  old: (event) => event.old && JSON.stringify(event.old),
  new: (event) => event.new && JSON.stringify(event.new),
  clientIp: (event) => event.clientIp,
  userAgent: (event) => event.userAgent,
  leafHash: (event) => event.leafHash,
};
const readers = Object.values(columns);

/** The names of the columns, as the first line. */
export const CSV_HEADER = csvLine(Object.keys(columns));

/** An entry as a line of CSV. */
export function entryLine(event: AuditEvent): string {
  return csvLine(readers.map((read) => read(event)));
}
