-- From where, and how fast, each tenant may be used. The gateways hold all of it in memory.
create table tenants.access_policy (
  tenant_id    uuid        primary key,
  allowed_ips  text[]      not null,
  cors_origins text[]      not null,
  rate_per_s   integer     not null check (rate_per_s > 0),
  burst        integer     not null check (burst >= rate_per_s),
  version      bigint      not null,
  updated_at   timestamptz not null
);
call platform.tenant_table('tenants.access_policy', classes => '{"allowed_ips": "internal", "cors_origins": "internal"}');
call platform.control_access('tenants.access_policy', 'tenants_registry', 'select, insert, update');
