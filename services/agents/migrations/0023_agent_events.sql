-- What happened to and by agents, numbered without gaps within its tenant, so that who reads along misses nothing. The audit log is the record;
-- this is the view, and is kept for 90 days.
create table agents.agent_event (
  tenant_id   uuid        not null,
  position    bigint      not null check (position > 0),
  id          uuid        not null,
  type        text        not null,
  agent_id    uuid,
  user_id     text,
  run_id      uuid,
  data        jsonb       not null,
  occurred_at timestamptz not null,
  primary key (tenant_id, position)
);
call platform.tenant_table('agents.agent_event', classes => '{"user_id": "personal", "data": "internal"}');
revoke insert, update, delete on agents.agent_event from agents_service;
create index agent_event_of_agent on agents.agent_event (tenant_id, agent_id, position) where agent_id is not null;
create index agent_event_of_run on agents.agent_event (tenant_id, run_id, position) where run_id is not null;
create index agent_event_of_type on agents.agent_event (tenant_id, type, position);
create index agent_event_old on agents.agent_event using brin (occurred_at);   -- the sweep is across tenants

create table agents.agent_event_head (
  tenant_id uuid   primary key,
  position  bigint not null
);
call platform.tenant_table('agents.agent_event_head');
revoke insert, update, delete on agents.agent_event_head from agents_service;

call platform.control_access('agents.agent_event', 'agents_events', 'select, insert, delete');
call platform.control_access('agents.agent_event_head', 'agents_events', 'select, insert, update');
call platform.control_access('agents.inbox', 'agents_events', 'select, insert');

-- The overview of the platform's staff.
create index completion_end on agents.completion using brin (ended_at);
create index guardrail_decision_end on agents.guardrail_decision using brin (decided_at);
create index tool_call_start on agents.tool_call using brin (started_at);
call platform.control_access('agents.agent', 'agents_overview', 'select');
call platform.control_access('agents.completion', 'agents_overview', 'select');
call platform.control_access('agents.tool_call', 'agents_overview', 'select');
call platform.control_access('agents.guardrail_decision', 'agents_overview', 'select');
