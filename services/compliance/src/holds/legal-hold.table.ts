import { empty, type Job, sql, type RowChange, type Transaction } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import type { Rows } from '../requests/privacy-request.table.js';
import type { LegalHold } from './legal-hold.js';

const columns = sql`id, name, reason, subject_email as "subjectEmail", subject_user_id as "subjectUserId", table_name as "table", subject_key as "subjectKey", filter, rows_when_placed as "rowsWhenPlaced",
  conversations_when_placed as "conversationsWhenPlaced",
  placed_by as "placedBy", placed_at as "placedAt", released_by as "releasedBy", released_at as "releasedAt",
  release_reason as "releaseReason"`;

export async function insertHold(tx: Transaction, hold: LegalHold): Promise<void> {
  await tx.execute(sql`
    insert into compliance.legal_hold (tenant_id, id, name, reason, subject_email, subject_user_id, table_name, subject_key, filter,
      rows_when_placed, conversations_when_placed, placed_by, placed_at)
    values (${tx.tenantId}, ${hold.id}, ${hold.name}, ${hold.reason}, ${hold.subjectEmail}, ${hold.subjectUserId}, ${hold.table},
      ${hold.subjectKey}, ${hold.filter}, ${hold.rowsWhenPlaced}, ${hold.conversationsWhenPlaced}, ${hold.placedBy}, ${hold.placedAt})`);
}

/** A hold that nobody else releases until the commit. @throws Fault `not-found` */
export async function lockHold(tx: Transaction, id: string): Promise<LegalHold> {
  const hold = await tx.one<LegalHold>(sql`select ${columns} from compliance.legal_hold where id = ${id} for update`);
  if (!hold) throw new Fault('not-found');
  return hold;
}

/** A hold that the services which keep to it are to be told of. */
export type DueHold = LegalHold & { readonly tenantId: string };

/** Holds in force, of all tenants, of which nothing was told since a moment: those never told first. */
export function holdsToTell(job: Job, since: Date, limit: number): Promise<DueHold[]> {
  return job.query<DueHold>(sql`
    select tenant_id as "tenantId", ${columns} from compliance.legal_hold
    where released_at is null and (told_at is null or told_at < ${since}) order by told_at nulls first, id limit ${limit}`);
}

/** Answers whether a hold is still in force, which it then is until the commit. */
export async function noteTold(tx: Transaction, id: string, now: Date): Promise<boolean> {
  const told = await tx.execute(
    sql`update compliance.legal_hold set told_at = ${now} where id = ${id} and released_at is null`,
  );
  return told > 0;
}

export async function saveRelease(tx: Transaction, hold: LegalHold): Promise<void> {
  await tx.execute(sql`
    update compliance.legal_hold
    set released_by = ${hold.releasedBy}, released_at = ${hold.releasedAt}, release_reason = ${hold.releaseReason}
    where id = ${hold.id}`);
}

/** Up to `limit` holds older than one, the newest first: ids grow with time. */
export function listHolds(
  rows: Rows,
  active: boolean | null,
  beforeId: string | null,
  limit: number,
): Promise<LegalHold[]> {
  const start = beforeId === null ? empty : sql`and id < ${beforeId}`;
  return rows.query<LegalHold>(sql`
    select ${columns} from compliance.legal_hold
    where (${active}::boolean is null or (released_at is null) = ${active}) ${start} order by id desc limit ${limit}`);
}

/** Whom and what an erasure is about. */
export interface HoldQuestion {
  /** The addresses that are known of the person. */
  readonly emails: readonly string[];
  /** Of a member. */
  readonly userId: string | null;
  /** The person's own row. */
  readonly person: { readonly table: string; readonly key: string } | null;
  /** Every table that has rows of the person. */
  readonly tables: readonly string[];
  /** Holds that the data service found on the person's rows. */
  readonly ids?: readonly string[];
}

/**
 * The holds that forbid an erasure, or part of it: those on the person by address, by user id or by row, and those on a whole table. Holds are
 * locked against being released until the commit, and asking again in every commit that erases sees what was placed since.
 */
export function findActiveHolds(
  tx: Transaction,
  { emails, userId, person, tables, ids = [] }: HoldQuestion,
): Promise<LegalHold[]> {
  return tx.query<LegalHold>(sql`
    select ${columns} from compliance.legal_hold
    where released_at is null
      and (id = any(${ids}::uuid[]) or subject_email = any(${emails.map((email) => email.toLowerCase())}::text[])
        or subject_user_id = ${userId}::text
        or (table_name = ${person?.table ?? null} and subject_key = ${person?.key ?? null})
        or (table_name = any(${tables}::text[]) and subject_key is null and filter is null))
    order by id for share`);
}

/** The change as the audit log records it; whom it is about stays out. */
export function holdChange(action: 'insert' | 'update', hold: LegalHold): RowChange {
  const { id, name, table, placedBy, releasedBy } = hold;
  return { resource: 'legal_hold', id, action, new: { name, table, placedBy, releasedBy } };
}
