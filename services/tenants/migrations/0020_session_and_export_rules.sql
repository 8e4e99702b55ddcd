-- How long a session in the tenant lasts at most, and who may export rows.
alter table tenants.access_policy
  add column max_session_hours integer check (max_session_hours between 1 and 2160),   -- null: as long as any
  add column export_roles      text[] not null default '{}';                           -- empty: whoever may read them
call platform.tenant_table('tenants.access_policy', classes => '{"allowed_ips": "internal", "cors_origins": "internal",
  "export_roles": "internal"}');
