import { sql, type Transaction } from '@tenantry/database';

/** A review of whose time another share is used up. */
export interface DueReview {
  readonly tenantId: string;
  readonly id: string;
  readonly openedAt: Date;
  readonly dueAt: Date;
  readonly undecided: number;
}

/** What is announced of it, and when the next share will be used up. */
export interface EscalatedReview extends DueReview {
  readonly percent: number;
  readonly nextAt: Date | null;
}

/** Reviews of all tenants whose next share is used up, locked; what somebody works on right now comes the next time. */
export function lockDueReviews(tx: Transaction, now: Date, limit: number): Promise<DueReview[]> {
  return tx.query<DueReview>(sql`
    select r.tenant_id as "tenantId", r.id, r.opened_at as "openedAt", r.due_at as "dueAt",
      (select count(*)::integer from compliance.access_item i
        where i.tenant_id = r.tenant_id and i.review_id = r.id and i.decision is null) as undecided
    from compliance.access_review r where r.next_escalation_at <= ${now}
    order by r.next_escalation_at limit ${limit} for update of r skip locked`);
}

export async function saveEscalatedReviews(tx: Transaction, escalated: readonly EscalatedReview[]): Promise<void> {
  const column = <K extends keyof EscalatedReview>(name: K): EscalatedReview[K][] => escalated.map((one) => one[name]);
  await tx.execute(sql`
    update compliance.access_review r set escalated_percent = e.percent, next_escalation_at = e.next_at
    from unnest(${column('tenantId')}::uuid[], ${column('id')}::uuid[], ${column('percent')}::integer[], ${column('nextAt')}::timestamptz[])
      as e (tenant_id, id, percent, next_at)
    where r.tenant_id = e.tenant_id and r.id = e.id`);
}
