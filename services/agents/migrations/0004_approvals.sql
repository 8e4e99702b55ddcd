-- Calls of tools that wait for a person. Each is for exactly one call with exactly these arguments.
create table agents.approval (
  tenant_id    uuid        not null,
  id           uuid        not null,
  agent_id     uuid        not null,
  on_behalf_of uuid,
  tool         text        not null check (length(tool) between 1 and 64),
  arguments    jsonb       not null,
  digest       text        not null,                   -- SHA-256 of tool and arguments
  status       text        not null default 'pending' check (status in ('pending', 'approved', 'refused', 'used')),
  requested_at timestamptz not null,
  expires_at   timestamptz not null,
  decided_by   text,
  decided_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents.agent
);
call platform.tenant_table('agents.approval', classes => '{"on_behalf_of": "internal", "tool": "internal", "arguments": "personal",
  "digest": "internal", "decided_by": "internal"}');
call platform.control_access('agents.approval', 'agents_sweep', 'select, delete');
