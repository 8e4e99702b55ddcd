-- Calls of tools, for the timelines of runs and for what tools are used: what was given and answered is not in them.
create table agents.tool_call (
  tenant_id    uuid        not null,
  id           uuid        not null,
  run_id       uuid,
  agent_id     uuid        not null,
  token_id     text        not null,
  on_behalf_of text,
  location_id  uuid,
  tool         text        not null check (length(tool) between 1 and 64),
  outcome      text        not null check (length(outcome) between 1 and 64),   -- ok, or the reason of a refusal
  started_at   timestamptz not null,
  duration_ms  integer     not null check (duration_ms >= 0),
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents.agent
);
call platform.tenant_table('agents.tool_call', classes => '{"on_behalf_of": "personal", "tool": "internal", "outcome": "internal"}');
revoke update, delete on agents.tool_call from agents_service;
create index tool_call_by_run on agents.tool_call (tenant_id, run_id, id) where run_id is not null;
create index tool_call_at on agents.tool_call (tenant_id, started_at);

create index guardrail_decision_by_completion on agents.guardrail_decision (tenant_id, completion_id) where completion_id is not null;
create index completion_ended on agents.completion (tenant_id, ended_at) where ended_at is not null;

-- How good runs were said to be, by whom they were made for.
create table agents.run_feedback (
  tenant_id       uuid        not null,
  id              uuid        not null,
  run_id          uuid        not null,
  agent_id        uuid,
  conversation_id uuid,
  actor_id        text        not null,
  score           integer     not null check (score between 1 and 5),
  comment         text,                                          -- sealed
  given_at        timestamptz not null,
  primary key (tenant_id, id),
  unique (tenant_id, run_id, actor_id),
  foreign key (tenant_id, run_id) references agents.completion
);
call platform.tenant_table('agents.run_feedback', classes => '{"actor_id": "personal", "score": "internal", "comment": "personal"}');
create index run_feedback_of_conversation on agents.run_feedback (tenant_id, conversation_id) where conversation_id is not null;
call platform.control_access('agents.run_feedback', 'agents_retention', 'select, delete');
