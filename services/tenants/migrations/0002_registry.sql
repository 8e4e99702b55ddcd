-- The registry. A tenant's row belongs to the tenant itself; the platform's operations on tenants run as the job `registry`.
create table tenants.tenant (
  tenant_id         uuid        primary key,
  slug              text        not null check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) between 3 and 40),
  name              text        not null check (length(name) between 1 and 120),
  status            text        not null check (status in ('provisioning', 'active', 'suspended', 'deactivated', 'failed')),
  isolation         text        not null check (isolation in ('pool', 'schema')),
  industry          text,
  region            text        not null,
  time_zone         text        not null,
  cell              text        not null,
  organization_id   uuid,
  sandbox_of        uuid,
  suspension_reason text        check (suspension_reason in ('billing', 'security', 'legal')),
  space_deleted_at  timestamptz,
  version           bigint      not null,
  created_at        timestamptz not null,
  status_changed_at timestamptz not null,
  check ((status = 'suspended') = (suspension_reason is not null))
);
create index tenant_by_organization on tenants.tenant (organization_id) where organization_id is not null;
create index tenant_by_status on tenants.tenant (status, tenant_id);
call platform.tenant_table('tenants.tenant', classes => '{"slug": "internal", "name": "internal", "industry": "internal"}');
call platform.control_access('tenants.tenant', 'tenants_registry', 'select, insert, update');

-- Which slugs are taken, on the whole platform. A slug is never given to another tenant: links and logs outlive tenants.
create table tenants.slug (
  slug      text primary key,
  tenant_id uuid not null
);
call platform.control_table('tenants.slug', 'tenants_registry', 'select, insert', classes => '{"slug": "internal"}');
