-- How far the provisioning of each tenant is. Everything that is needed to go on after a crash is here.
create table tenants.provisioning (
  tenant_id          uuid        primary key,
  attempt            integer     not null,
  owner_ref          text        not null,
  owner_email        text,                              -- only until the owner exists
  owner_password_set boolean     not null,
  started_at         timestamptz not null,
  asked_at           timestamptz not null,
  finished_at        timestamptz
);
create index provisioning_waiting on tenants.provisioning (asked_at) where finished_at is null;
call platform.tenant_table('tenants.provisioning', classes => '{"owner_email": "personal"}');
call platform.control_access('tenants.provisioning', 'tenants_registry', 'select, insert, update');

create table tenants.provisioning_step (
  tenant_id   uuid        not null,
  name        text        not null check (name in ('registry', 'owner', 'data', 'settings')),
  position    smallint    not null,
  status      text        not null check (status in ('pending', 'done', 'failed', 'undone')),
  attempts    integer     not null,
  error       text,
  started_at  timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, name)
);
call platform.tenant_table('tenants.provisioning_step', classes => '{"error": "internal"}');
call platform.control_access('tenants.provisioning_step', 'tenants_registry', 'select, insert, update');
