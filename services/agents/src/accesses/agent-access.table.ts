import { sql, type Sql } from '@tenantry/database';

/** Agents that are not archived and tokens that are alive: one statement, so that they are as they were at one moment. */
export function findAccesses(now: Date, limit: number): Sql {
  return sql`
    select kind, id, "holderId", null as email, name, null as role, permissions, "grantedBy", "grantedAt", null::timestamptz as "lastUsedAt",
      "expiresAt"
    from (
      select 'agent' as kind, a.id::text, a.owner_id::text as "holderId", a.name,
        coalesce((select array_agg(p) from jsonb_array_elements_text(v.config -> 'permissions') p), '{}') as permissions,
        v.published_by as "grantedBy", coalesce(v.published_at, a.created_at) as "grantedAt", null::timestamptz as "expiresAt"
      from agents.agent a left join agents.agent_version v
        on v.tenant_id = a.tenant_id and v.agent_id = a.id and v.number = a.published_version
      where a.status <> 'archived'
      union all
      select 'agent_token', t.id::text, coalesce(t.on_behalf_of::text, a.owner_id::text), a.name, t.grants, t.issued_by, t.issued_at, t.expires_at
      from agents.agent_token t join agents.agent a on a.tenant_id = t.tenant_id and a.id = t.agent_id
      where t.revoked_at is null and t.expires_at > ${now}) as access
    order by kind, id limit ${limit}`;
}
