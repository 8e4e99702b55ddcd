import type { PrivacyRequest as RequestMessage } from '@tenantry/contracts';
import { empty, sql, type RowChange, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { levelNeeded, LEVELS } from './request-type.js';
import type { PrivacyRequest, TimedRequest } from './privacy-request.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const columns = sql`id, type, role, channel, legal_status as "legalStatus", execution_status as "executionStatus",
  is_sensitive as "isSensitive", subject_name as "subjectName", subject_email as "subjectEmail", details, agent_name as "agentName",
  agent_email as "agentEmail", agent_mandate as "agentMandate", controller_name as "controllerName",
  controller_email as "controllerEmail", assignee_id as "assigneeId", verified_level as "verifiedLevel",
  denial_reason as "denialReason", time_zone as "timeZone", calendar, received_at as "receivedAt", clock_starts_at as "clockStartsAt", due_on as "dueOn",
  due_at as "dueAt", acknowledge_by as "acknowledgeBy", hand_over_by as "handOverBy", is_paused as "isPaused",
  is_extended as "isExtended", escalated_percent as "escalatedPercent", next_escalation_at as "nextEscalationAt", entries,
  closed_at as "closedAt", duplicate_of as "duplicateOf", duplicate_decision as "duplicateDecision"`;

/** A request, if there is one. */
export async function findRequestIfAny(rows: Rows, id: string): Promise<TimedRequest | undefined> {
  return (await rows.query<TimedRequest>(sql`select ${columns} from compliance.privacy_request where id = ${id}`))[0];
}

/** @throws Fault `not-found` */
export async function findRequest(rows: Rows, id: string): Promise<TimedRequest> {
  const request = await findRequestIfAny(rows, id);
  if (!request) throw new Fault('not-found');
  return request;
}

/** More requests of one person than this are looked at by people. */
const MAX_REQUESTS_OF_ONE = 500;

/** How many requests somebody made, by their address in lower case. */
export function countRequestsOf(email: string | null): Sql {
  return sql`select count(*) as requests from compliance.privacy_request where lower(subject_email) = ${email}::text`;
}

/** What somebody asked for, the oldest first. */
export function findRequestsOf(rows: Rows, email: string): Promise<TimedRequest[]> {
  return rows.query<TimedRequest>(sql`
    select ${columns} from compliance.privacy_request where lower(subject_email) = ${email}
    order by received_at, id limit ${MAX_REQUESTS_OF_ONE}`);
}

/** A request, if there is one, that nobody else changes until the commit. */
export function lockRequestIfAny(tx: Transaction, id: string): Promise<TimedRequest | undefined> {
  return tx.one<TimedRequest>(sql`select ${columns} from compliance.privacy_request where id = ${id} for update`);
}

/** As `findRequest`, and nobody else changes it until the commit. */
export async function lockRequest(tx: Transaction, id: string): Promise<TimedRequest> {
  const request = await lockRequestIfAny(tx, id);
  if (!request) throw new Fault('not-found');
  return request;
}

/** Which requests a queue has. */
export interface QueueFilter {
  readonly open?: boolean | null | undefined;
  readonly legalStatus?: string | null | undefined;
  readonly type?: string | null | undefined;
  readonly assigneeId?: string | null | undefined;
  readonly dueBefore?: Date | null | undefined;
}

/** Where a page of the queue goes on. */
export type QueuePosition = readonly [dueAt: string, id: string];

/** Up to `limit` requests after a position, what is due first at the top. */
export function listRequests(
  rows: Rows,
  { open = null, legalStatus = null, type = null, assigneeId = null, dueBefore = null }: QueueFilter,
  after: QueuePosition | null,
  limit: number,
): Promise<TimedRequest[]> {
  const start = after ? sql`and (due_at, id) > (${after[0]}::timestamptz, ${after[1]}::uuid)` : empty;
  return rows.query<TimedRequest>(sql`
    select ${columns} from compliance.privacy_request
    where (${open}::boolean is null or (closed_at is null) = ${open}) and (${legalStatus}::text is null or legal_status = ${legalStatus})
      and (${type}::text is null or type = ${type}) and (${assigneeId}::uuid is null or assignee_id = ${assigneeId})
      and (${dueBefore}::timestamptz is null or due_at < ${dueBefore}) ${start}
    order by due_at, id limit ${limit}`);
}

/** Locks those of some requests that an assignee does not have yet, in one order; answers undefined when one of them is unknown. */
export async function lockUnassigned(
  tx: Transaction,
  ids: readonly string[],
  assigneeId: string | null,
): Promise<TimedRequest[] | undefined> {
  const found = await tx.query<TimedRequest>(
    sql`select ${columns} from compliance.privacy_request where id = any(${ids}::uuid[]) order by id for update`,
  );
  return found.length === ids.length ? found.filter((one) => one.assigneeId !== assigneeId) : undefined;
}

/** Gives requests to somebody, and counts the entry that says so. The caller holds the rows' locks. */
export async function assignRequests(
  tx: Transaction,
  ids: readonly string[],
  assigneeId: string | null,
): Promise<void> {
  await tx.execute(sql`
    update compliance.privacy_request set assignee_id = ${assigneeId}, entries = entries + 1 where id = any(${ids}::uuid[])`);
}

export async function insertRequest(tx: Transaction, r: TimedRequest): Promise<void> {
  await tx.execute(sql`
    insert into compliance.privacy_request (tenant_id, id, type, role, channel, legal_status, is_sensitive, subject_name, subject_email,
      details, agent_name, agent_email, agent_mandate, controller_name, controller_email, verified_level, time_zone, calendar, received_at,
      clock_starts_at, due_on, due_at, acknowledge_by, hand_over_by, next_escalation_at, escalated_percent, entries)
    values (${tx.tenantId}, ${r.id}, ${r.type}, ${r.role}, ${r.channel}, ${r.legalStatus}, ${r.isSensitive}, ${r.subjectName},
      ${r.subjectEmail}, ${r.details}, ${r.agentName}, ${r.agentEmail}, ${r.agentMandate}, ${r.controllerName}, ${r.controllerEmail},
      ${r.verifiedLevel}, ${r.timeZone}, ${r.calendar}, ${r.receivedAt},
      ${r.clockStartsAt}, ${r.dueOn}, ${r.dueAt}, ${r.acknowledgeBy}, ${r.handOverBy},
      ${r.nextEscalationAt}, ${r.escalatedPercent}, ${r.entries})`);
}

/** Saves what may change after a request was opened. The caller holds the row's lock. */
export async function saveRequest(tx: Transaction, r: TimedRequest): Promise<void> {
  await tx.execute(sql`
    update compliance.privacy_request
    set legal_status = ${r.legalStatus}, execution_status = ${r.executionStatus}, assignee_id = ${r.assigneeId},
        verified_level = ${r.verifiedLevel}, denial_reason = ${r.denialReason}, clock_starts_at = ${r.clockStartsAt}, due_on = ${r.dueOn}, due_at = ${r.dueAt},
        is_paused = ${r.isPaused}, is_extended = ${r.isExtended}, escalated_percent = ${r.escalatedPercent},
        next_escalation_at = ${r.nextEscalationAt}, entries = ${r.entries}, closed_at = ${r.closedAt},
        duplicate_of = ${r.duplicateOf}, duplicate_decision = ${r.duplicateDecision}
    where id = ${r.id}`);
}

/** The change as the audit log records it; nothing in it says who the person is. */
export function requestChange(before: TimedRequest | null, after: TimedRequest): RowChange {
  const change = { resource: 'privacy_request', id: after.id, new: facts(after) };
  return before ? { ...change, action: 'update', old: facts(before) } : { ...change, action: 'insert' };
}

const facts = (r: TimedRequest) => ({
  ...{ type: r.type, role: r.role, channel: r.channel, legalStatus: r.legalStatus, executionStatus: r.executionStatus },
  ...{ assigneeId: r.assigneeId, verified: LEVELS[r.verifiedLevel] ?? 'none', denialReason: r.denialReason },
  ...{ duplicateOf: r.duplicateOf, duplicateDecision: r.duplicateDecision },
  ...{ dueOn: r.dueOn, paused: r.isPaused, extended: r.isExtended, escalatedPercent: r.escalatedPercent },
});

/** A request for whoever may see it; `opened` are its sealed texts in clear. */
export function toMessage(r: TimedRequest, opened: Pick<PrivacyRequest, 'details' | 'agentMandate'>): RequestMessage {
  const { agentName, agentEmail, controllerName, controllerEmail } = r;
  return {
    ...{ id: r.id, type: r.type, role: r.role, channel: r.channel, sensitive: r.isSensitive },
    ...{ legalStatus: r.legalStatus, executionStatus: r.executionStatus, denialReason: r.denialReason },
    ...{ subjectName: r.subjectName, subjectEmail: r.subjectEmail, details: opened.details },
    agent:
      agentName === null || agentEmail === null
        ? null
        : { name: agentName, email: agentEmail, mandate: opened.agentMandate ?? '' },
    controller:
      controllerName === null || controllerEmail === null ? null : { name: controllerName, email: controllerEmail },
    ...{ assigneeId: r.assigneeId, verified: LEVELS[r.verifiedLevel] ?? 'none' },
    verificationNeeded: LEVELS[levelNeeded(r.type, r.isSensitive)] ?? 'none',
    ...{
      receivedAt: r.receivedAt,
      dueOn: r.dueOn,
      dueAt: r.dueAt,
      acknowledgeBy: r.acknowledgeBy,
      handOverBy: r.handOverBy,
    },
    ...{ paused: r.isPaused, extended: r.isExtended, escalatedPercent: r.escalatedPercent },
    ...{ timeZone: r.timeZone, calendar: r.calendar, closedAt: r.closedAt },
    ...{ duplicateOf: r.duplicateOf, duplicateDecision: r.duplicateDecision },
  };
}
