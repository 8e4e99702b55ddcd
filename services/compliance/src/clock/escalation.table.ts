import { sql, type Transaction } from '@tenantry/database';

/** A request of whose time another share is used up. */
export interface DueEscalation {
  readonly tenantId: string;
  readonly id: string;
  readonly clockStartsAt: Date;
  readonly dueAt: Date;
  readonly dueOn: string;
  readonly assigneeId: string | null;
  readonly escalatedPercent: number;
}

/** What is announced about it, and when the next share will be used up. */
export interface Escalated extends DueEscalation {
  readonly before: number;
  readonly percent: number;
  readonly nextAt: Date | null;
}

/** Requests of all tenants whose next share is used up, locked; what somebody works on right now comes the next time. */
export function lockDueEscalations(tx: Transaction, now: Date, limit: number): Promise<DueEscalation[]> {
  return tx.query<DueEscalation>(sql`
    select tenant_id as "tenantId", id, clock_starts_at as "clockStartsAt", due_at as "dueAt", due_on as "dueOn",
      assignee_id as "assigneeId", escalated_percent as "escalatedPercent"
    from compliance.privacy_request where next_escalation_at <= ${now}
    order by next_escalation_at limit ${limit} for update skip locked`);
}

/** Marks what is announced now, and adds it to the timelines. The caller holds the rows' locks. */
export async function saveEscalations(tx: Transaction, escalated: readonly Escalated[], now: Date): Promise<void> {
  const column = <K extends keyof Escalated>(name: K): Escalated[K][] => escalated.map((one) => one[name]);
  await tx.execute(sql`
    with changed as (
      update compliance.privacy_request r
      set escalated_percent = e.percent, next_escalation_at = e.next_at, entries = r.entries + 1
      from unnest(${column('tenantId')}::uuid[], ${column('id')}::uuid[], ${column('percent')}::integer[],
        ${column('nextAt')}::timestamptz[]) as e (tenant_id, id, percent, next_at)
      where r.tenant_id = e.tenant_id and r.id = e.id
      returning r.tenant_id, r.id, r.entries, e.percent)
    insert into compliance.privacy_request_entry (tenant_id, request_id, seq, kind, at, actor_kind, actor_id, facts)
    select tenant_id, id, entries, 'escalated', ${now}, 'service', 'compliance', jsonb_build_object('percent', percent) from changed`);
}
