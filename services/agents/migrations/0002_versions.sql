-- Versions of agents' configurations. What one says never changes: the trigger refuses it, whatever the service does.
create table agents.agent_version (
  tenant_id        uuid        not null,
  agent_id         uuid        not null,
  number           integer     not null check (number > 0),
  status           text        not null default 'draft' check (status in ('draft', 'published', 'superseded', 'rolled_back')),
  config           jsonb       not null,
  note             text        check (length(note) <= 500),
  replaced         integer,                                    -- the version that was in force when this one came first
  created_by       text        not null,
  created_at       timestamptz not null,
  published_by     text,
  published_at     timestamptz,
  primary key (tenant_id, agent_id, number),
  foreign key (tenant_id, agent_id) references agents.agent
);
call platform.tenant_table('agents.agent_version', classes => '{"config": "internal", "note": "internal", "created_by": "internal",
  "published_by": "internal"}');
create unique index agent_version_in_force on agents.agent_version (tenant_id, agent_id) where status = 'published';

create function agents.keep_what_a_version_says() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or (new.tenant_id, new.agent_id, new.number, new.config, new.created_by, new.created_at)
      is distinct from (old.tenant_id, old.agent_id, old.number, old.config, old.created_by, old.created_at) then
    raise exception 'what a version of an agent says never changes';
  end if;
  return new;
end $$;
create trigger keep_what_a_version_says before update or delete on agents.agent_version
  for each row execute function agents.keep_what_a_version_says();

-- Filling the directory of agents.
call platform.control_access('agents.agent', 'agents_directory', 'select');
call platform.control_access('agents.agent_version', 'agents_directory', 'select');
