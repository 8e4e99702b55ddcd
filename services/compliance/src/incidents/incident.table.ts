import { empty, sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { nextEscalation } from '../clock/escalation.js';
import type { Rows } from '../requests/privacy-request.table.js';
import type { Duty } from './duty.js';
import type { Incident, KeptDuty } from './incident.js';

const columns = sql`id, title, description, severity, status, laws, role, time_zone as "timeZone", discovered_at as "discoveredAt",
  opened_at as "openedAt", opened_by as "openedBy", tables, classes, people, conclusion, closed_at as "closedAt"`;
const dutyColumns = sql`duty, due_at as "dueAt", is_open as "isOpen", met_at as "metAt", notice, escalated_percent as "escalatedPercent"`;

export async function insertIncident(tx: Transaction, one: Incident): Promise<void> {
  await tx.execute(sql`
    insert into compliance.incident (tenant_id, id, title, description, status, laws, role, time_zone, discovered_at, opened_at, opened_by)
    values (${tx.tenantId}, ${one.id}, ${one.title}, ${one.description}, ${one.status}, ${[...one.laws]}, ${one.role}, ${one.timeZone},
      ${one.discoveredAt}, ${one.openedAt}, ${one.openedBy})`);
}

export async function saveIncident(tx: Transaction, one: Incident): Promise<void> {
  await tx.execute(sql`
    update compliance.incident set severity = ${one.severity}, status = ${one.status}, tables = ${[...one.tables]}, classes = ${[...one.classes]},
      people = ${one.people}, conclusion = ${one.conclusion}, closed_at = ${one.closedAt}
    where id = ${one.id}`);
}

/** An incident that nobody else changes until the commit. @throws Fault `not-found` */
export async function lockIncident(tx: Transaction, id: string): Promise<Incident> {
  const found = await tx.one<Incident>(sql`select ${columns} from compliance.incident where id = ${id} for update`);
  if (!found) throw new Fault('not-found');
  return found;
}

/** @throws Fault `not-found` */
export async function findIncident(rows: Rows, id: string): Promise<Incident> {
  const [found] = await rows.query<Incident>(sql`select ${columns} from compliance.incident where id = ${id}`);
  if (!found) throw new Fault('not-found');
  return found;
}

/** Up to `limit` incidents older than one, the newest first: ids grow with time. */
export function listIncidents(rows: Rows, beforeId: string | null, limit: number): Promise<Incident[]> {
  const start = beforeId === null ? empty : sql`where id < ${beforeId}`;
  return rows.query<Incident>(sql`select ${columns} from compliance.incident ${start} order by id desc limit ${limit}`);
}

/** The duties of some incidents, what is due first. */
export function findDuties(rows: Rows, incidentIds: readonly string[]): Promise<(KeptDuty & { incidentId: string })[]> {
  return rows.query(sql`
    select incident_id as "incidentId", ${dutyColumns} from compliance.incident_duty
    where incident_id = any(${[...incidentIds]}::uuid[]) order by due_at, duty`);
}

/**
 * Says which duties an incident has now. New ones begin, those that moved are announced anew where their shares lie ahead again, and those
 * that are needed no more end; what was fulfilled stays so.
 */
export async function replaceDuties(
  tx: Transaction,
  { id, discoveredAt }: Incident,
  duties: readonly Duty[],
): Promise<void> {
  const names = duties.map(({ duty }) => duty);
  await tx.execute(sql`
    update compliance.incident_duty set is_open = false, next_escalation_at = null
    where incident_id = ${id} and is_open and duty <> all(${names}::text[])`);
  const next = duties.map(({ dueAt }) => nextEscalation(discoveredAt, dueAt, 0)!.at);
  await tx.execute(sql`
    insert into compliance.incident_duty as d (tenant_id, incident_id, duty, due_at, is_open, next_escalation_at)
    select ${tx.tenantId}, ${id}, n.duty, n.due_at, true, n.next_at
    from unnest(${names}::text[], ${duties.map(({ dueAt }) => dueAt)}::timestamptz[], ${next}::timestamptz[]) as n (duty, due_at, next_at)
    on conflict (tenant_id, incident_id, duty) do update
    set due_at = excluded.due_at, is_open = true, next_escalation_at = excluded.next_escalation_at, escalated_percent = 0
    where d.met_at is null and (not d.is_open or d.due_at <> excluded.due_at)`);
}

export async function saveMet(tx: Transaction, incidentId: string, { duty, metAt, notice }: KeptDuty): Promise<void> {
  await tx.execute(sql`
    update compliance.incident_duty set is_open = false, met_at = ${metAt}, notice = ${notice}, next_escalation_at = null
    where incident_id = ${incidentId} and duty = ${duty}`);
}

/** A duty of whose time another share is used up. */
export interface DueDuty extends Pick<KeptDuty, 'duty' | 'dueAt' | 'escalatedPercent'> {
  readonly tenantId: string;
  readonly incidentId: string;
  readonly discoveredAt: Date;
}

/** What is announced of it, and when the next share will be used up. */
export interface EscalatedDuty extends DueDuty {
  readonly percent: number;
  readonly nextAt: Date | null;
}

/** Duties of all tenants whose next share is used up, locked; what somebody works on right now comes the next time. */
export function lockDueDuties(tx: Transaction, now: Date, limit: number): Promise<DueDuty[]> {
  return tx.query<DueDuty>(sql`
    select d.tenant_id as "tenantId", d.incident_id as "incidentId", d.duty, d.due_at as "dueAt", i.discovered_at as "discoveredAt",
      d.escalated_percent as "escalatedPercent"
    from compliance.incident_duty d join compliance.incident i on i.tenant_id = d.tenant_id and i.id = d.incident_id
    where d.next_escalation_at <= ${now} order by d.next_escalation_at limit ${limit} for update of d skip locked`);
}

export async function saveEscalatedDuties(tx: Transaction, escalated: readonly EscalatedDuty[]): Promise<void> {
  const column = <K extends keyof EscalatedDuty>(name: K): EscalatedDuty[K][] => escalated.map((one) => one[name]);
  await tx.execute(sql`
    update compliance.incident_duty d set escalated_percent = e.percent, next_escalation_at = e.next_at
    from unnest(${column('tenantId')}::uuid[], ${column('incidentId')}::uuid[], ${column('duty')}::text[], ${column('percent')}::integer[],
      ${column('nextAt')}::timestamptz[]) as e (tenant_id, incident_id, duty, percent, next_at)
    where d.tenant_id = e.tenant_id and d.incident_id = e.incident_id and d.duty = e.duty`);
}

/** The change as the audit log records it; what happened stays out. */
export function incidentChange(action: 'insert' | 'update', one: Incident): RowChange {
  const { id, title, severity, status, laws, role, tables, people } = one;
  const facts = { title, severity, status, laws: laws.join(' '), role, tables: tables.join(' ') };
  return { resource: 'incident', id, action, new: { ...facts, people: people === null ? null : String(people) } };
}
