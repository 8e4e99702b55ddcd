-- Endpoints of a team's own are asked about calls of tools, too: what that costs is held before and counted after, as with calls to models. A row is
-- written before anything is asked, so a process that dies leaves nothing uncounted.
alter table agents.guardrail_webhook drop constraint guardrail_webhook_stages_check;
alter table agents.guardrail_webhook add constraint guardrail_webhook_stages_check
  check (cardinality(stages) > 0 and stages <@ array['input', 'output', 'tool-arguments', 'tool-result']);

create table agents.tool_charge (
  tenant_id    uuid        not null,
  id           uuid        not null,                         -- the call's of the tool, and the hold's
  run_id       uuid,
  agent_id     uuid        not null,
  on_behalf_of text,
  location_id  uuid,
  tool         text        not null check (length(tool) between 1 and 64),
  lost_nanos   bigint      not null check (lost_nanos >= 0), -- what is counted when nobody ends it: its arguments were asked about
  cost_nanos   bigint      check (cost_nanos >= 0),
  started_at   timestamptz not null,
  deadline_at  timestamptz not null,
  ended_at     timestamptz,
  settled_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents.agent,
  check ((cost_nanos is null) = (ended_at is null)),
  check (settled_at is null or ended_at is not null)
);
call platform.tenant_table('agents.tool_charge', classes => '{"on_behalf_of": "personal", "tool": "internal", "lost_nanos": "internal",
  "cost_nanos": "internal"}');
revoke delete on agents.tool_charge from agents_service;
create index tool_charge_at on agents.tool_charge (tenant_id, ended_at) where ended_at is not null;
create index tool_charge_due on agents.tool_charge (deadline_at) where ended_at is null;                  -- the sweep is across tenants
create index tool_charge_unsettled on agents.tool_charge (ended_at) where ended_at is not null and settled_at is null;
call platform.control_access('agents.tool_charge', 'agents_completions', 'select, update');
call platform.control_access('agents.tool_charge', 'agents_overview', 'select');
create index tool_charge_by_run on agents.tool_charge (tenant_id, run_id) where run_id is not null;
