import type { SubjectPlanSummary } from '@tenantry/contracts';
import { empty, type Job, sql, type Sql, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { PlanKind, PlanPlace, SubjectPlan } from './plan.js';

/** Whatever runs a statement: a transaction, or a door for one read. */
export interface Rows {
  query<T extends object>(statement: Sql): Promise<T[]>;
}

const planColumns = sql`id, kind, status, subject, request_id as "requestId", repeats, shape, digest, withhold, created_by as "createdBy",
  created_at as "createdAt", approved_by as "approvedBy", approved_at as "approvedAt", tries, problem, result, finished_at as "finishedAt"`;
const placeColumns = sql`position, service, place, kind, rows, facts, status, attempt, collected, finding`;

/** @throws Fault `not-found` */
export async function findPlan(rows: Rows, kind: PlanKind, id: string): Promise<SubjectPlan> {
  const [plan] = await rows.query<SubjectPlan>(
    sql`select ${planColumns} from compliance.subject_plan where id = ${id} and kind = ${kind}`,
  );
  if (!plan) throw new Fault('not-found');
  return plan;
}

/** As `findPlan`, and nobody else changes it until the commit. */
export async function lockPlan(tx: Transaction, kind: PlanKind, id: string): Promise<SubjectPlan> {
  const plan = await tx.one<SubjectPlan>(
    sql`select ${planColumns} from compliance.subject_plan where id = ${id} and kind = ${kind} for update`,
  );
  if (!plan) throw new Fault('not-found');
  return plan;
}

export async function findPlaces(rows: Rows, planId: string): Promise<PlanPlace[]> {
  return rows.query<PlanPlace>(
    sql`select ${placeColumns} from compliance.plan_place where plan_id = ${planId} order by position`,
  );
}

/** Which plans a list has. */
export interface PlanFilter {
  readonly kind?: string | null;
  readonly requestId?: string | null;
  readonly status?: string | null;
}

/** Up to `limit` plans older than one, the newest first: ids grow with time. */
export function listPlans(
  rows: Rows,
  { kind, requestId, status }: PlanFilter,
  beforeId: string | null,
  limit: number,
): Promise<SubjectPlanSummary[]> {
  const only = [
    kind ? sql`and kind = ${kind}` : empty,
    requestId ? sql`and request_id = ${requestId}` : empty,
    status ? sql`and status = ${status}` : empty,
    beforeId ? sql`and id < ${beforeId}` : empty,
  ] as const;
  return rows.query<SubjectPlanSummary>(sql`
    select id, kind, status, request_id as "requestId", created_by as "plannedBy", created_at as "createdAt",
      approved_by as "approvedBy", problem, finished_at as "finishedAt"
    from compliance.subject_plan
    where true ${only[0]} ${only[1]} ${only[2]} ${only[3]} order by id desc limit ${limit}`);
}

/** Adds a plan with its places. */
export async function insertPlan(tx: Transaction, plan: SubjectPlan, places: readonly PlanPlace[]): Promise<void> {
  await tx.execute(sql`
    insert into compliance.subject_plan (tenant_id, id, kind, status, subject, request_id, repeats, shape, digest, created_by, created_at)
    values (${tx.tenantId}, ${plan.id}, ${plan.kind}, ${plan.status}, ${plan.subject}, ${plan.requestId}, ${plan.repeats}, ${plan.shape}, ${plan.digest},
      ${plan.createdBy}, ${plan.createdAt})`);
  const each = <T>(value: (place: PlanPlace) => T): T[] => places.map(value);
  await tx.execute(sql`
    insert into compliance.plan_place (tenant_id, plan_id, position, service, place, kind, rows, facts, status)
    select ${tx.tenantId}, ${plan.id}, p.* from unnest(${each((p) => p.position)}::integer[], ${each((p) => p.service)}::text[],
      ${each((p) => p.place)}::text[], ${each((p) => p.kind)}::text[], ${each((p) => p.rows)}::bigint[],
      ${each((p) => JSON.stringify(p.facts))}::jsonb[], ${each((p) => p.status)}::text[]) as p`);
}

/** Saves what may change after a plan was made. `tryAt` is when the runner looks at it. */
export async function savePlan(tx: Transaction, plan: SubjectPlan, tryAt: Date | null): Promise<void> {
  await tx.execute(sql`
    update compliance.subject_plan
    set status = ${plan.status}, withhold = ${JSON.stringify(plan.withhold)}, approved_by = ${plan.approvedBy},
        approved_at = ${plan.approvedAt}, tries = ${plan.tries}, problem = ${plan.problem}, result = ${JSON.stringify(plan.result)},
        finished_at = ${plan.finishedAt}, try_at = ${tryAt}
    where id = ${plan.id}`);
}

/** Saves what may change of a place. */
export async function savePlace(
  tx: Transaction,
  planId: string,
  place: PlanPlace,
  by: string,
  now: Date,
): Promise<void> {
  await tx.execute(sql`
    update compliance.plan_place
    set kind = ${place.kind}, status = ${place.status}, facts = ${JSON.stringify(place.facts)}, attempt = ${place.attempt},
        collected = ${place.collected}, finding = ${place.finding}, done_by = ${by}, done_at = ${now}
    where plan_id = ${planId} and position = ${place.position}`);
}

/** A plan that the runner should look at. */
export interface DuePlan {
  readonly tenantId: string;
  readonly id: string;
  readonly kind: PlanKind;
}

/** The plans that are due, of all tenants, the longest waiting first. */
export async function duePlans(job: Job, now: Date, limit: number): Promise<DuePlan[]> {
  return job.query<DuePlan>(sql`select tenant_id as "tenantId", id, kind from compliance.subject_plan
    where try_at <= ${now} order by try_at limit ${limit}`);
}
