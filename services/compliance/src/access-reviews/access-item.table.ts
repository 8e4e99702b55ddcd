import { empty, join, sql, type Sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../requests/privacy-request.table.js';
import type { AccessItem, FrozenAccess } from './access-item.js';
import type { Compared } from './findings.js';

const BATCH = 2_000;

const columns = sql`i.id, i.position, i.kind, i.access_id as "accessId", i.holder_id as "holderId", i.email, i.name, i.role, i.permissions,
  i.granted_by as "grantedBy", i.granted_at as "grantedAt", i.last_used_at as "lastUsedAt", i.expires_at as "expiresAt",
  i.previous_role as "previousRole", i.is_new as "isNew", i.roster_role as "rosterRole", i.findings, i.decision, i.new_role as "newRole", i.reason,
  i.decided_by as "decidedBy", i.decided_at as "decidedAt", i.execution, i.tries, i.problem, i.outcome, i.seen_gone_at as "seenGoneAt",
  i.ended_here as "endedHere", i.proof`;

/** Adds the population of a review, in its order; what the last completed review left of each is noted with it. */
export async function insertItems(tx: Transaction, reviewId: string, accesses: readonly FrozenAccess[]): Promise<void> {
  for (let from = 0; from < accesses.length; from += BATCH) {
    await insertBatch(tx, reviewId, from, accesses.slice(from, from + BATCH));
  }
}

async function insertBatch(
  tx: Transaction,
  reviewId: string,
  from: number,
  some: readonly FrozenAccess[],
): Promise<void> {
  const each = <T>(value: (one: FrozenAccess) => T): T[] => some.map(value);
  await tx.execute(sql`
    with last as (
      select id from compliance.access_review where tenant_id = ${tx.tenantId} and status = 'completed' order by id desc limit 1)
    insert into compliance.access_item (tenant_id, review_id, id, position, kind, access_id, holder_id, email, name, role, permissions, granted_by,
      granted_at, last_used_at, expires_at, previous_role, is_new)
    select ${tx.tenantId}, ${reviewId}, a.id, ${from}::integer + a.number - 1, a.kind, a.access_id, a.holder_id, a.email, a.name, a.role,
      array(select jsonb_array_elements_text(a.permissions)), a.granted_by, a.granted_at, a.last_used_at, a.expires_at,
      case when p.decision in ('revoke', 'change_role') and p.execution = 'done' then p.new_role else p.role end,
      p.id is null and exists (select from last)
    from unnest(${each((a) => a.id)}::uuid[], ${each((a) => a.kind)}::text[], ${each((a) => a.accessId)}::text[],
      ${each((a) => a.holderId)}::text[], ${each((a) => a.email)}::text[], ${each((a) => a.name)}::text[], ${each((a) => a.role)}::text[],
      ${each((a) => JSON.stringify(a.permissions))}::jsonb[], ${each((a) => a.grantedBy)}::text[], ${each((a) => a.grantedAt)}::timestamptz[],
      ${each((a) => a.lastUsedAt)}::timestamptz[], ${each((a) => a.expiresAt)}::timestamptz[]) with ordinality
      as a (id, kind, access_id, holder_id, email, name, role, permissions, granted_by, granted_at, last_used_at, expires_at, number)
    left join compliance.access_item p on p.tenant_id = ${tx.tenantId} and p.review_id = (select id from last) and p.kind = a.kind
      and p.access_id = a.access_id`);
}

/** What a comparison looks at, of all accesses of a review. */
export function findFacts(rows: Rows, reviewId: string): Promise<AccessItem[]> {
  return rows.query<AccessItem>(
    sql`select ${columns} from compliance.access_item i where i.review_id = ${reviewId} order by i.position`,
  );
}

/** Notes what a comparison found. */
export async function saveFindings(tx: Transaction, compared: readonly Compared[]): Promise<void> {
  for (let from = 0; from < compared.length; from += BATCH) {
    const some = compared.slice(from, from + BATCH);
    await tx.execute(sql`
      update compliance.access_item i set findings = array(select jsonb_array_elements_text(c.findings)), roster_role = c.roster_role
      from unnest(${some.map(({ id }) => id)}::uuid[], ${some.map(({ findings }) => JSON.stringify(findings))}::jsonb[],
        ${some.map(({ rosterRole }) => rosterRole)}::text[]) as c (id, findings, roster_role)
      where i.tenant_id = ${tx.tenantId} and i.id = c.id`);
  }
}

/** Which accesses of a review a list has. */
export interface ItemFilter {
  readonly kind?: string | null;
  readonly finding?: string | null;
  readonly decision?: string | null;
  readonly execution?: string | null;
}

/** Up to `limit` accesses of a review after a position. */
export function listItems(
  rows: Rows,
  reviewId: string,
  { kind, finding, decision, execution }: ItemFilter,
  after: number,
  limit: number,
): Promise<AccessItem[]> {
  const only: Sql[] = [
    ...(kind ? [sql`i.kind = ${kind}`] : []),
    ...(finding === 'any' ? [sql`cardinality(i.findings) > 0`] : finding ? [sql`${finding} = any(i.findings)`] : []),
    ...(decision === 'none' ? [sql`i.decision is null`] : decision ? [sql`i.decision = ${decision}`] : []),
    ...(execution ? [sql`i.execution = ${execution}`] : []),
  ];
  const narrowed = only.length > 0 ? sql`and ${join(only, ' and ')}` : empty;
  return rows.query<AccessItem>(sql`
    select ${columns} from compliance.access_item i where i.review_id = ${reviewId} and i.position > ${after} ${narrowed}
    order by i.position limit ${limit}`);
}

/** Accesses of a review by id, in its order. @throws Fault `not-found` when one is not among them */
export async function findItems(rows: Rows, reviewId: string, ids: readonly string[]): Promise<AccessItem[]> {
  const found = await rows.query<AccessItem>(sql`
    select ${columns} from compliance.access_item i where i.review_id = ${reviewId} and i.id = any(${[...ids]}::uuid[]) order by i.position`);
  if (found.length !== ids.length) throw new Fault('not-found');
  return found;
}

/** Accesses about which something was decided that is not carried out and proven yet, those first that were tried the least. */
export function findWaiting(rows: Rows, reviewId: string, limit: number): Promise<AccessItem[]> {
  return rows.query<AccessItem>(sql`
    select ${columns} from compliance.access_item i where i.review_id = ${reviewId} and i.execution in ('waiting', 'proving')
    order by i.tries, i.position limit ${limit}`);
}

/** Saves what was decided, and what became of it. The caller holds the review's lock. */
export async function saveItems(tx: Transaction, items: readonly AccessItem[]): Promise<void> {
  const each = <T>(value: (one: AccessItem) => T): T[] => items.map(value);
  await tx.execute(sql`
    update compliance.access_item i set decision = d.decision, new_role = d.new_role, reason = d.reason, decided_by = d.decided_by,
      decided_at = d.decided_at, execution = d.execution, tries = d.tries, problem = d.problem, outcome = d.outcome,
      seen_gone_at = d.seen_gone_at, ended_here = d.ended_here, proof = d.proof
    from unnest(${each((one) => one.id)}::uuid[], ${each((one) => one.decision)}::text[], ${each((one) => one.newRole)}::text[],
      ${each((one) => one.reason)}::text[], ${each((one) => one.decidedBy)}::text[], ${each((one) => one.decidedAt)}::timestamptz[],
      ${each((one) => one.execution)}::text[], ${each((one) => one.tries)}::integer[], ${each((one) => one.problem)}::text[],
      ${each((one) => one.outcome)}::text[], ${each((one) => one.seenGoneAt)}::timestamptz[],
      ${each((one) => one.endedHere)}::boolean[],      ${each((one) => one.proof && JSON.stringify(one.proof))}::jsonb[])
      as d (id, decision, new_role, reason, decided_by, decided_at, execution, tries, problem, outcome, seen_gone_at, ended_here, proof)
    where i.tenant_id = ${tx.tenantId} and i.id = d.id`);
}

/** A decision as the audit log records it: of whose access by id alone. */
export function decisionChange(reviewId: string, before: AccessItem, after: AccessItem): RowChange {
  const { kind, accessId, role, decision, newRole, reason } = after;
  return {
    ...{ resource: 'access_item', id: after.id, action: 'update', old: { decision: before.decision } },
    new: { reviewId, kind, accessId, role, decision, newRole, reason },
  };
}
