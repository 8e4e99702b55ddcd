-- Glossary: a tenant's *data space* is its place in the catalog, and the schema and role of its own if it has them. A
-- schema-mode tenant has them from the start, a pool-mode tenant from its first table of its own.

-- The role of every tenant's rights that are the same for all, and the one of tenants whose product rows are in shared
-- tables. Roles belong to the whole cluster, so another database may have made them already.
do $$
declare
  wanted text;
begin
  foreach wanted in array array['data_tenant', 'data_pool'] loop
    begin
      execute format('create role %I nologin noinherit', wanted);
    exception when duplicate_object or unique_violation then null;
    end;
  end loop;
end $$;
grant data_tenant to data_pool with inherit true, set false;
grant data_pool to data_service with inherit false, set true;
grant usage on schema data to data_tenant;

create table data.space (
  tenant_id       uuid        not null primary key,
  mode            text        not null check (mode in ('pool', 'schema')),
  schema_name     text        check (schema_name ~ '^t_[0-9a-f]{32}$'),
  version         bigint      not null default 1,            -- of everything the row API looks names up in
  product_version bigint      not null default 0,            -- which product tables it has
  product_error   text,                                      -- why it could not have the next ones yet
  product_tried_at timestamptz,
  attempt         integer     not null,                      -- of the request that made it
  open            boolean     not null default true,         -- whether its role may use its schema
  tenant_version  bigint      not null default 0,            -- of the last event that opened or closed it
  created_at      timestamptz not null default now()
);
call platform.tenant_table('data.space', classes => '{"product_error": "internal"}');
call platform.control_access('data.space', 'data_product', 'select, update');
grant select (tenant_id, version) on data.space to data_tenant;

-- Tables that a tenant defined for itself, and those that every schema starts with.
create table data.table_definition (
  tenant_id  uuid        not null,
  name       text        not null,
  definition jsonb       not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, name)
);
call platform.tenant_table('data.table_definition', classes => '{"name": "internal", "definition": "internal"}');
call platform.control_access('data.table_definition', 'data_product', 'select');

-- Product tables: every change makes a version, with all definitions from then on and the steps that lead there.
create table data.product_version (
  version     bigint      primary key check (version > 0),
  table_name  text        not null,
  change      text        not null,
  steps       jsonb       not null,
  definitions jsonb       not null,
  created_at  timestamptz not null default now()
);
call platform.control_table('data.product_version', 'data_product', 'select, insert',
  classes => '{"table_name": "internal", "steps": "internal", "definitions": "internal"}');
call platform.append_only('data.product_version');

-- Where pool tenants' product rows are.
create schema product;
grant usage on schema product to data_pool;
