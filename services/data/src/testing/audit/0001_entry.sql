-- The part of the audit service's schema that a tenant's audit_log shows.
create table audit.entry (
  tenant_id   uuid        not null,
  sequence    bigint      not null,
  occurred_at timestamptz not null default now(),
  action      text        not null,
  outcome     text        not null default 'done',
  actor_kind  text        not null default 'user',
  actor_id    text        not null default '',
  actor_role  text,
  service     text        not null default 'data',
  event       text        not null default '',
  operation   text,
  resource    text        not null default '',
  resource_id text,
  change      text,
  old_values  json,
  new_values  json,
  request_id  text,
  primary key (tenant_id, sequence)
);
call platform.tenant_table('audit.entry');
grant usage on schema audit to data_owner;
grant select on audit.entry to data_owner;
