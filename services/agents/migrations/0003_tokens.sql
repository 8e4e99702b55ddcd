-- Tokens of agents, and the switches that stop them all. A token's secret is kept nowhere, only its hash.
create table agents.agent_token (
  tenant_id    uuid        not null,
  id           uuid        not null,
  agent_id     uuid        not null,
  parent_id    uuid,                                   -- the token that it was exchanged for
  depth        integer     not null check (depth between 0 and 4),
  hash         text        not null,                   -- SHA-256 in hex
  prefix       text        not null,
  audiences    text[]      not null,
  grants       text[]      not null,
  on_behalf_of uuid,
  location_id  uuid,
  issued_by    text        not null,
  issued_at    timestamptz not null,
  expires_at   timestamptz not null,
  revoked_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents.agent
);
call platform.tenant_table('agents.agent_token', classes => '{"hash": "secret", "prefix": "internal", "audiences": "internal",
  "grants": "internal", "on_behalf_of": "internal", "location_id": "internal", "issued_by": "internal"}');
create index agent_token_of_agent on agents.agent_token (tenant_id, agent_id, id);
create index agent_token_of_parent on agents.agent_token (tenant_id, parent_id) where parent_id is not null;

create table agents.agent_stop (
  tenant_id  uuid        not null primary key,         -- the platform's id stops everybody's
  stopped    boolean     not null,
  reason     text        check (length(reason) <= 500),
  changed_by text        not null,
  changed_at timestamptz not null,
  version    bigint      not null
);
call platform.tenant_table('agents.agent_stop', classes => '{"reason": "internal", "changed_by": "internal"}');

call platform.control_access('agents.agent_token', 'agents_directory', 'select');
call platform.control_access('agents.agent_stop', 'agents_directory', 'select');
call platform.control_access('agents.agent_token', 'agents_sweep', 'select, delete');
