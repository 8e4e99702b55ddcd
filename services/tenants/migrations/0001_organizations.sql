-- Organizations are the platform's own: rows of the platform's tenant. The registry looks one up when a tenant joins it.
create table tenants.organization (
  tenant_id  uuid        not null,
  id         uuid        not null,
  name       text        not null check (length(name) between 1 and 120),
  created_at timestamptz not null,
  primary key (tenant_id, id)
);
create unique index organization_name on tenants.organization (tenant_id, lower(name));
call platform.tenant_table('tenants.organization', classes => '{"name": "internal"}');
call platform.control_access('tenants.organization', 'tenants_registry', 'select');
