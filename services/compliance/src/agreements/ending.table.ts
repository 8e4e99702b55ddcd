import { sql, type Transaction } from '@tenantry/database';
import type { Agreement } from './agreement.js';

/** An agreement whose end is to be announced. */
export interface EndingAgreement extends Pick<Agreement, 'id' | 'party'> {
  readonly tenantId: string;
  readonly endsOn: string;
  readonly endsAt: Date;
  /** Whether another one with the same counterparty goes on when it ends. */
  readonly isRenewed: boolean;
}

/** What is announced about it, and when the next will be. */
export interface AnnouncedEnd extends EndingAgreement {
  readonly daysLeft: number | null;
  readonly nextAt: Date | null;
}

/** Agreements of all tenants whose end is to be announced, locked; what somebody works on right now comes the next time. */
export function lockEnding(tx: Transaction, now: Date, limit: number): Promise<EndingAgreement[]> {
  return tx.query<EndingAgreement>(sql`
    select tenant_id as "tenantId", id, party, ends_on as "endsOn", ends_at as "endsAt", exists (
        select from compliance.agreement b
        where b.tenant_id = a.tenant_id and b.id <> a.id and b.party = a.party and b.ended_at is null
          and lower(b.counterparty) = lower(a.counterparty) and b.provider is not distinct from a.provider
          and b.effective_at <= a.ends_at and (b.ends_at is null or b.ends_at > a.ends_at)) as "isRenewed"
    from compliance.agreement a where announce_at <= ${now}
    order by announce_at limit ${limit} for update skip locked`);
}

/** Marks what is announced now. The caller holds the rows' locks. */
export async function saveAnnounced(tx: Transaction, announced: readonly AnnouncedEnd[]): Promise<void> {
  const column = <K extends keyof AnnouncedEnd>(name: K): AnnouncedEnd[K][] => announced.map((one) => one[name]);
  await tx.execute(sql`
    update compliance.agreement a set announced_days = e.days, announce_at = e.next_at
    from unnest(${column('tenantId')}::uuid[], ${column('id')}::uuid[], ${column('daysLeft')}::integer[],
      ${column('nextAt')}::timestamptz[]) as e (tenant_id, id, days, next_at)
    where a.tenant_id = e.tenant_id and a.id = e.id`);
}
