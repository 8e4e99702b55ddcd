-- What tokens may spend on models. A part that a token gives to one that it is exchanged for is its own no more until that one ends.
create table agents.token_allowance (
  tenant_id   uuid        not null,
  id          uuid        not null,                          -- the token's that it was made for
  parent_id   uuid,                                          -- the allowance that it is a part of
  limit_nanos bigint      not null check (limit_nanos > 0),  -- nano-USD
  expires_at  timestamptz not null,                          -- the token's
  primary key (tenant_id, id),
  foreign key (tenant_id, parent_id) references agents.token_allowance
);
create index token_allowance_of_parent on agents.token_allowance (tenant_id, parent_id) where parent_id is not null;
call platform.tenant_table('agents.token_allowance', classes => '{"limit_nanos": "internal"}');
call platform.control_access('agents.token_allowance', 'agents_sweep', 'select, delete');

-- The most that a call may take of an allowance. What it took is its completion's cost, as soon as that is known.
create table agents.token_hold (
  tenant_id    uuid        not null,
  id           uuid        not null,                         -- the completion's
  allowance_id uuid        not null,
  held_nanos   bigint      not null check (held_nanos >= 0),
  held_at      timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, allowance_id) references agents.token_allowance on delete cascade
);
create index token_hold_of_allowance on agents.token_hold (tenant_id, allowance_id);
call platform.tenant_table('agents.token_hold', classes => '{"held_nanos": "internal"}');

-- The allowance that a token's calls count against: its own, or that of the token it was exchanged for.
alter table agents.agent_token add column allowance_id uuid;
call platform.tenant_table('agents.agent_token');
