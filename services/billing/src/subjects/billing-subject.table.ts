import { sql, type Sql, type Transaction } from '@tenantry/database';

/** A person as a privacy request names them. */
export interface Sought {
  /** In lower case. */
  readonly email: string | null;
  readonly userId: string | null;
}

/** How many rows of the tenant are about somebody, by what they are. */
export interface SubjectCounts {
  readonly contacts: bigint;
  readonly invoices: bigint;
  readonly events: bigint;
  readonly budgets: bigint;
}

const isContact = ({ email }: Sought): Sql => sql`lower(email) = ${email}::text`;

export function countSubject(sought: Sought): Sql {
  return sql`
    with contact as (select name, address from billing.contact where ${isContact(sought)})
    select (select count(*) from contact) as contacts,
      (select count(*) from billing.invoice i where exists (select from contact c
        where i.parties #>> '{customer,name}' = c.name and i.parties #>> '{customer,address}' = c.address)) as invoices,
      (select count(*) from billing.usage_event where user_id = ${sought.userId}::text) as events,
      (select count(*) from billing.budget where scope_kind = 'user' and scope_id = ${sought.userId}::text) as budgets`;
}

export function findContact(sought: Sought): Sql {
  return sql`select name, email, address, updated_at as "updatedAt" from billing.contact where ${isContact(sought)}`;
}

export function findEvents({ userId }: Sought): Sql {
  return sql`select type, split_part(id, e'\\x1f', -1) as id, case when position(e'\\x1f' in id) > 0 then split_part(id, e'\\x1f', 1) end as source,
    occurred_at as "occurredAt", value::text, properties from billing.usage_event
    where user_id = ${userId}::text order by type, occurred_at, usage_event.id`;
}

export async function deleteContact(tx: Transaction, sought: Sought): Promise<number> {
  return tx.execute(sql`delete from billing.contact where ${isContact(sought)}`);
}
