import { createHash, randomBytes } from 'node:crypto';
import { events } from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { AuditValue, RowChange } from '@tenantry/database';
import type { ReceivedEvent } from '@tenantry/messaging';
import { canonicalJson } from './leaf.js';

/** A value as the leaf covers it: itself, or what commits to it. */
export type LeafValue = unknown;
export type LeafValues = Readonly<Record<string, LeafValue>>;

/** One line of the log. Everything here is covered by its leaf hash, so nothing here is ever changed or erased. */
export interface Entry {
  /** Of the leaf's format; a later one may have more members. */
  readonly version: number;
  readonly id: string;
  readonly sequence: bigint;
  readonly tenantId: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  readonly service: string;
  readonly event: string;
  readonly eventId: string;
  readonly eventIndex: number;
  readonly operation: string | null;
  readonly action: string;
  /** An attempt that was refused is in the log like a deed. */
  readonly outcome: 'done' | 'refused';
  readonly actor: { readonly id: string; readonly kind: string; readonly role: string | null };
  readonly platformActor: boolean;
  readonly onBehalfOf: string | null;
  readonly credentialId: string | null;
  readonly requestId: string | null;
  readonly traceId: string | null;
  readonly resource: string;
  readonly resourceId: string | null;
  readonly change: RowChange['action'] | null;
  readonly old: LeafValues | null;
  readonly new: LeafValues | null;
  /** Commits to the address and user agent. */
  readonly origin: string;
}

/** A classified value, sealed by whoever published it; kept apart so that it can be erased. */
export interface SealedValue {
  readonly tenantId: string;
  readonly sequence: bigint;
  readonly side: 'old' | 'new';
  readonly field: string;
  readonly sealed: string;
}

/** Where an event came from: personal data, kept apart so that it can be erased. */
export interface Origin {
  readonly tenantId: string;
  readonly eventId: string;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly salt: string;
}

/** What one event adds to its tenant's log. */
export interface Recorded {
  readonly entries: readonly Entry[];
  readonly values: readonly SealedValue[];
  readonly origin: Origin;
}

const LEAF_VERSION = 1;
const SALT_BYTES = 16;
const WITHHELD: AuditValue = { commitment: null, sealed: null };

/** `base64url(SHA-256(salt ‖ canonical [clientIp, userAgent]))`: says nothing without the salt. */
export function commitToOrigin(origin: Pick<Origin, 'clientIp' | 'userAgent' | 'salt'>): string {
  const hash = createHash('sha256').update(Buffer.from(origin.salt, 'base64url'));
  return hash.update(canonicalJson([origin.clientIp, origin.userAgent])).digest('base64url');
}

/** Reads and refused attempts are announced by the event `Accessed`, which every service has; it says which of the two. */
function outcomeOf({ name, data }: ReceivedEvent): Entry['outcome'] {
  return name === 'Accessed' && (data as { outcome?: unknown }).outcome === 'refused' ? 'refused' : 'done';
}

/** `00-<trace id>-<span id>-<flags>` → the trace id. */
function traceIdOf(traceparent: string | null): string | null {
  return traceparent?.split('-')[1] ?? null;
}

function isClassified(value: unknown): value is Extract<AuditValue, object> {
  return typeof value === 'object' && value !== null && 'commitment' in value && 'sealed' in value;
}

/** Parts what the leaf covers from what can be erased. */
function partValues(
  values: Readonly<Record<string, unknown>> | undefined,
  place: Pick<SealedValue, 'tenantId' | 'sequence' | 'side'>,
): { leaf: LeafValues | null; sealed: SealedValue[] } {
  if (!values) return { leaf: null, sealed: [] };
  const leaf: Record<string, LeafValue> = {};
  const sealed: SealedValue[] = [];
  for (const [field, value] of Object.entries(values)) {
    leaf[field] = isClassified(value) ? { commitment: value.commitment } : value;
    if (isClassified(value) && value.sealed !== null) sealed.push({ ...place, field, sealed: value.sealed });
  }
  return { leaf, sealed };
}

const eventTypes = new Map(events.map((type) => [type.event.subjectSuffix, type]));

/** The fields of an event. They can't be erased, so one that is about a person is withheld. */
function fieldsOf({ service, name, data }: ReceivedEvent): Record<string, AuditValue> {
  const fields = eventTypes.get(`${service}.${name}`)?.fields ?? [];
  const open = new Set(
    fields.filter(({ dataClass }) => dataClass === 'none' || dataClass === 'internal').map(({ wire }) => wire),
  );
  const entries = Object.entries(data as Record<string, AuditValue>);
  return Object.fromEntries(entries.map(([field, value]) => [field, open.has(field) ? value : WITHHELD]));
}

/** What an event changed; an event that names no rows is itself the thing that happened. */
function changesOf(
  event: ReceivedEvent,
): readonly (Omit<RowChange, 'id' | 'action'> & { id: string | null; action: RowChange['action'] | null })[] {
  if (event.changes.length > 0) return event.changes;
  return [{ resource: `${event.service}.${event.name}`, id: null, action: null, new: fieldsOf(event) }];
}

/** Turns one event into its entries, numbered from `first` on. */
export function recordEvent(event: ReceivedEvent, first: bigint, recordedAt: Date): Recorded {
  const { meta, tenantId } = event;
  const facts = {
    clientIp: meta.clientIp,
    userAgent: meta.userAgent,
    salt: randomBytes(SALT_BYTES).toString('base64url'),
  };
  const origin = commitToOrigin(facts);
  const values: SealedValue[] = [];
  const entries = changesOf(event).map((change, eventIndex): Entry => {
    const sequence = first + BigInt(eventIndex);
    const before = partValues(change.old, { tenantId, sequence, side: 'old' });
    const after = partValues(change.new, { tenantId, sequence, side: 'new' });
    values.push(...before.sealed, ...after.sealed);
    return {
      version: LEAF_VERSION,
      id: newId(recordedAt),
      sequence,
      tenantId,
      occurredAt: event.occurredAt,
      recordedAt,
      service: event.service,
      event: event.name,
      eventId: event.id,
      eventIndex,
      operation: meta.operation,
      action: meta.action ?? `${event.service}.${event.name}`,
      outcome: outcomeOf(event),
      actor: { id: meta.actor.id, kind: meta.actor.kind, role: meta.actor.role },
      platformActor: meta.platformActor,
      onBehalfOf: meta.onBehalfOf,
      credentialId: meta.credentialId,
      requestId: meta.requestId,
      traceId: traceIdOf(event.traceparent),
      resource: change.resource,
      resourceId: change.id,
      change: change.action,
      old: before.leaf,
      new: after.leaf,
      origin,
    };
  });
  return { entries, values, origin: { tenantId, eventId: event.id, ...facts } };
}

/** How many entries an event adds. */
export function entryCount(event: ReceivedEvent): number {
  return Math.max(1, event.changes.length);
}
