import { sql, type Sql } from '@tenantry/database';

/** A member as a privacy request names them. */
interface Sought {
  readonly email?: string | null;
  readonly userId?: string | null;
}

/** Accesses of theirs in reviews that still say who they are. */
const isSought = ({ email = null, userId = null }: Sought): Sql =>
  sql`kind = 'member' and (email = ${email}::text or access_id = ${userId}::text) and (email is not null or name is not null)`;

export function countAccesses(sought: Sought): Sql {
  return sql`select count(*) as accesses from compliance.access_item where ${isSought(sought)}`;
}

/** As a copy shows them. */
export function findAccesses(sought: Sought): Sql {
  return sql`select review_id as "reviewId", kind, email, name, role, granted_at as "grantedAt", decision, decided_at as "decidedAt"
    from compliance.access_item where ${isSought(sought)} order by review_id, position limit 1000`;
}

/** Empties what says who they are; the digests of reviews are made without it. */
export function maskAccesses(sought: Sought): Sql {
  return sql`update compliance.access_item set email = null, name = null where ${isSought(sought)}`;
}
