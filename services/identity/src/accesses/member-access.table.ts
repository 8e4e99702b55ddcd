import { sql, type Sql } from '@tenantry/database';

/**
 * Members, living keys, and how the platform's staff get in: open support grants and emergency access. One statement, so that they are as they were at one moment. Whoever gave something by a key gave it
 * who made that key, however many keys made one another.
 */
export function findAccesses(now: Date, limit: number): Sql {
  return sql`
    with recursive made (key_id, maker) as (
      select id::text, created_by from identity.api_key
      union
      select made.key_id, k.created_by from made join identity.api_key k on k.id::text = made.maker),
    maker as (select key_id, maker from made where not exists (select from identity.api_key k where k.id::text = made.maker)),
    access as (
      select 'member' as kind, person_id::text as id, person_id::text as holder, email, name, role, '{}'::text[] as permissions,
        granted_by, joined_at as granted_at, null::timestamptz as last_used_at, null::timestamptz as expires_at
      from identity.membership
      union all
      select 'api_key', id::text, created_by, null, name, null, scopes, created_by, created_at, last_used_at, expires_at
      from identity.api_key where revoked_at is null and (expires_at is null or expires_at > ${now})
      union all
      select 'support_grant', id::text, staff_id::text, null, null, null, array[access] || tables, granted_by, granted_at, null, expires_at
      from identity.support_grant where revoked_at is null and expires_at > ${now}
      union all
      select 'break_glass', id::text, staff_id::text, null, null, null, tables, staff_id::text, opened_at, null, ends_at
      from identity.break_glass where ended_by is null and ends_at > ${now})
    select a.kind, a.id, coalesce(h.maker, a.holder) as "holderId", a.email, a.name, a.role, a.permissions,
      coalesce(g.maker, a.granted_by) as "grantedBy", a.granted_at as "grantedAt", a.last_used_at as "lastUsedAt", a.expires_at as "expiresAt"
    from access a left join maker g on g.key_id = a.granted_by left join maker h on h.key_id = a.holder
    order by a.kind, a.id limit ${limit}`;
}
