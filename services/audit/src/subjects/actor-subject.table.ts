import { sql, type Sql, type Transaction } from '@tenantry/database';

/** The places of the log with something about who did something. */
export const PLACES = { entry: 'audit.entry', origin: 'audit.origin' } as const;

/** What somebody did, and from where, as far as that was not erased. */
export interface ActorCounts {
  readonly entries: bigint;
  readonly origins: bigint;
}

const isBy = (userId: string | null): Sql => sql`e.actor_kind = 'user' and e.actor_id = ${userId}::text`;

export function countActor(userId: string | null): Sql {
  return sql`
    select (select count(*) from audit.entry e where ${isBy(userId)}) as entries,
      (select count(*) from audit.origin o where (o.client_ip is not null or o.user_agent is not null)
        and o.event_id in (select e.event_id from audit.entry e where ${isBy(userId)})) as origins`;
}

export function findActs(userId: string | null): Sql {
  return sql`
    select e.occurred_at as "occurredAt", e.action, e.outcome, e.resource, e.resource_id as "resourceId", o.client_ip as "clientIp",
      o.user_agent as "userAgent"
    from audit.entry e left join audit.origin o on o.tenant_id = e.tenant_id and o.event_id = e.event_id
    where ${isBy(userId)} order by e.sequence`;
}

/** Forgets from where somebody did what they did; what the leaves commit to is gone, the leaves are as they were. */
export async function eraseOrigins(tx: Transaction, userId: string | null): Promise<number> {
  return tx.execute(sql`
    delete from audit.origin o where o.tenant_id = ${tx.tenantId} and o.event_id in (
      select e.event_id from audit.entry e where e.tenant_id = ${tx.tenantId} and ${isBy(userId)})`);
}
