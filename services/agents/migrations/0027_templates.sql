-- Templates of agents: the platform's rows, read by all tenants through the service. What a version says never changes.
create table agents.agent_template (
  tenant_id    uuid        not null,
  name         text        not null check (name ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and length(name) <= 60),
  withdrawn_at timestamptz,
  primary key (tenant_id, name)
);
call platform.tenant_table('agents.agent_template', classes => '{}');

create table agents.agent_template_version (
  tenant_id    uuid        not null,
  name         text        not null,
  version      integer     not null check (version > 0),
  title        text        not null check (length(title) between 1 and 120),
  description  text        check (length(description) <= 2000),
  config       jsonb       not null,
  note         text        check (length(note) <= 500),
  published_by text        not null,
  published_at timestamptz not null,
  primary key (tenant_id, name, version),
  foreign key (tenant_id, name) references agents.agent_template
);
call platform.tenant_table('agents.agent_template_version', classes => '{"title": "none", "description": "none", "config": "internal",
  "note": "internal", "published_by": "internal"}');
revoke update, delete on agents.agent_template_version from agents_service;

-- From which version of which template a version of an agent's configuration was made.
alter table agents.agent_version
  add column template         text,
  add column template_version integer check (template_version > 0),
  add check ((template is null) = (template_version is null));
call platform.tenant_table('agents.agent_version', classes => '{"config": "internal", "note": "internal", "created_by": "internal",
  "published_by": "internal", "template": "none"}');

create or replace function agents.keep_what_a_version_says() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.tenant_id, new.agent_id, new.number, new.config, new.created_by, new.created_at, new.template, new.template_version)
      is distinct from (old.tenant_id, old.agent_id, old.number, old.config, old.created_by, old.created_at, old.template, old.template_version) then
    raise exception 'what a version of an agent says never changes';
  end if;
  return new;
end $$;
