import type { AuditEvent } from '@tenantry/contracts';

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

/** What a spreadsheet would run as a formula (CWE-1236). */
const FORMULA = /^[\s\u0000-\u001f]*[=+\-@\uff0b\uff0d\uff1d\uff20]|^[\t\r\n]/u;

/** The names of the columns, as the first line. */
export const CSV_HEADER = line(Object.keys(columns));

/** An entry as a line of CSV (RFC 4180). A text that a spreadsheet would run gets an apostrophe in front. */
export function csvLine(event: AuditEvent): string {
  return line(readers.map((read) => read(event)));
}

function line(cells: readonly unknown[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = String(value as string | number | bigint | boolean);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
