-- Runs: what a question led to, calls to models and calls of tools, until it was answered. A run is named by its first call to a model.
alter table agents.completion
  add column run_id      uuid,                                   -- the first call of its run; null: it is that itself
  add column location_id uuid,
  add column traceparent text,
  add column tools       text[] not null default '{}';           -- that the answer wants called
call platform.tenant_table('agents.completion', classes => '{"tools": "internal"}');
revoke delete on agents.completion from agents_service;
create index completion_by_run on agents.completion (tenant_id, run_id, id) where run_id is not null;
