import { empty, sql, type ControlDatabase, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { nextEscalation } from '../clock/escalation.js';
import type { Rows } from '../requests/privacy-request.table.js';
import type { AccessReview, ComparedRoster, Population, Progress } from './access-review.js';

interface ReviewRow extends Omit<AccessReview, 'population' | 'roster'> {
  readonly frozenAt: Date | null;
  readonly items: number;
  readonly digest: string;
  readonly treeSize: bigint;
  readonly rootHash: string;
  readonly checkpoint: string;
  readonly rosterAt: Date | null;
  readonly rosterBy: string;
  readonly rosterPeople: number;
  readonly rosterDigest: string;
}

const columns = sql`id, name, status, opened_at as "openedAt", opened_by as "openedBy", due_at as "dueAt", frozen_at as "frozenAt", items, digest,
  tree_size as "treeSize", root_hash as "rootHash", checkpoint, roster_at as "rosterAt", roster_by as "rosterBy", roster_people as "rosterPeople",
  roster_digest as "rosterDigest", try_at as "tryAt", tries, problem, completed_at as "completedAt", completed_by as "completedBy",
  left_because as "leftBecause"`;

function fromRow(row: ReviewRow): AccessReview {
  const { frozenAt, items, digest, treeSize, rootHash, checkpoint, rosterAt, ...rest } = row;
  const { rosterBy: comparedBy, rosterPeople: people, rosterDigest, ...review } = rest;
  return {
    ...review,
    population: frozenAt && { frozenAt, items, digest, treeSize, rootHash, checkpoint },
    roster: rosterAt && { comparedAt: rosterAt, comparedBy, people, digest: rosterDigest },
  };
}

export async function insertReview(tx: Transaction, one: AccessReview): Promise<void> {
  await tx.execute(sql`
    insert into compliance.access_review (tenant_id, id, name, status, opened_at, opened_by, due_at, try_at, next_escalation_at)
    values (${tx.tenantId}, ${one.id}, ${one.name}, ${one.status}, ${one.openedAt}, ${one.openedBy}, ${one.dueAt}, ${one.tryAt},
      ${nextEscalation(one.openedAt, one.dueAt, 0)!.at})`);
}

/** Saves what may change of a review that is not completed; its escalation is the schedule's. */
export async function saveReview(tx: Transaction, one: AccessReview): Promise<void> {
  const { status, tryAt, tries, problem } = one;
  await tx.execute(sql`
    update compliance.access_review set status = ${status}, try_at = ${tryAt}, tries = ${tries}, problem = ${problem}
    where id = ${one.id}`);
}

/** Notes what was frozen. */
export async function savePopulation(tx: Transaction, id: string, one: Population): Promise<void> {
  await tx.execute(sql`
    update compliance.access_review set status = 'open', frozen_at = ${one.frozenAt}, items = ${one.items}, digest = ${one.digest},
      tree_size = ${one.treeSize}, root_hash = ${one.rootHash}, checkpoint = ${one.checkpoint}
    where id = ${id}`);
}

/** Notes with what it was compared. */
export async function saveRoster(tx: Transaction, id: string, one: ComparedRoster): Promise<void> {
  await tx.execute(sql`
    update compliance.access_review set roster_at = ${one.comparedAt}, roster_by = ${one.comparedBy}, roster_people = ${one.people},
      roster_digest = ${one.digest}
    where id = ${id}`);
}

/** Completes a review: nothing of it changes afterwards. */
export async function saveCompleted(tx: Transaction, one: AccessReview, statement: object): Promise<void> {
  await tx.execute(sql`
    update compliance.access_review set status = 'completed', completed_at = ${one.completedAt}, completed_by = ${one.completedBy},
      left_because = ${one.leftBecause}, statement = ${JSON.stringify(statement)}, try_at = null, next_escalation_at = null, problem = null
    where id = ${one.id}`);
}

/** A review that nobody else changes until the commit. @throws Fault `not-found` */
export async function lockReview(tx: Transaction, id: string): Promise<AccessReview> {
  const found = await tx.one<ReviewRow>(
    sql`select ${columns} from compliance.access_review where id = ${id} for update`,
  );
  if (!found) throw new Fault('not-found');
  return fromRow(found);
}

/** @throws Fault `not-found` */
export async function findReview(rows: Rows, id: string): Promise<AccessReview> {
  const [found] = await rows.query<ReviewRow>(sql`select ${columns} from compliance.access_review where id = ${id}`);
  if (!found) throw new Fault('not-found');
  return fromRow(found);
}

/** The signed result of a completed review. @throws Fault `not-found` */
export async function findStatement(rows: Rows, id: string): Promise<{ note: string; key: string }> {
  const [found] = await rows.query<{ statement: { note: string; key: string } | null }>(
    sql`select statement from compliance.access_review where id = ${id}`,
  );
  if (!found) throw new Fault('not-found');
  if (!found.statement) throw new Fault('conflict', { detail: 'The review is not completed yet' });
  return found.statement;
}

/** Up to `limit` reviews older than one, the newest first: ids grow with time. */
export async function listReviews(rows: Rows, beforeId: string | null, limit: number): Promise<AccessReview[]> {
  const start = beforeId === null ? empty : sql`where id < ${beforeId}`;
  const found = await rows.query<ReviewRow>(
    sql`select ${columns} from compliance.access_review ${start} order by id desc limit ${limit}`,
  );
  return found.map(fromRow);
}

const NOTHING: Progress = { undecided: 0, kept: 0, revoked: 0, waiting: 0, refused: 0, findings: 0 };

/** How far reviews are, by their ids. */
export async function findProgress(rows: Rows, reviewIds: readonly string[]): Promise<(id: string) => Progress> {
  const found = await rows.query<Progress & { reviewId: string }>(sql`
    select review_id as "reviewId", count(*) filter (where decision is null)::integer as undecided,
      count(*) filter (where decision = 'keep')::integer as kept, count(*) filter (where decision in ('revoke', 'change_role'))::integer as revoked,
      count(*) filter (where execution in ('waiting', 'proving'))::integer as waiting,
      count(*) filter (where execution = 'refused')::integer as refused, count(*) filter (where cardinality(findings) > 0)::integer as findings
    from compliance.access_item where review_id = any(${[...reviewIds]}::uuid[]) group by review_id`);
  const byId = new Map(found.map((one) => [one.reviewId, one]));
  return (id) => byId.get(id) ?? NOTHING;
}

/** The change as the audit log records it. */
export function reviewChange(action: 'insert' | 'update', one: AccessReview): RowChange {
  const { id, name, status, dueAt, population, roster } = one;
  const facts = { name, status, dueAt: dueAt.toISOString(), digest: population?.digest ?? null };
  return { resource: 'access_review', id, action, new: { ...facts, roster: roster?.digest ?? null } };
}

type Job = ReturnType<ControlDatabase['job']>;

/** Reviews of all tenants that the runner should look at, the longest waiting first. */
export function dueReviews(job: Job, now: Date, limit: number): Promise<{ tenantId: string; id: string }[]> {
  return job.query(sql`select tenant_id as "tenantId", id from compliance.access_review
    where try_at <= ${now} order by try_at limit ${limit}`);
}
