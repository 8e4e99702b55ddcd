-- Which processes answer calls to models. Each says every few seconds that it is alive; what one has begun that says so no more is ended without
-- waiting for the deadlines of its calls. Times are the database's, so that no clock of a process counts.
create table agents.process (
  id       uuid        primary key,
  alive_at timestamptz not null,   -- when it last said so
  since    timestamptz not null    -- from when on it has said so without a gap: only who has for long enough judges others
);
call platform.control_table('agents.process', 'agents_completions', 'select, insert, update, delete');

alter table agents.completion add column process_id uuid;             -- null: of a version that did not say it
call platform.tenant_table('agents.completion');
alter table agents.conversation add column answering_process uuid;    -- whose call has the turn
call platform.tenant_table('agents.conversation');
create index conversation_of_process on agents.conversation (answering_process) where answering_process is not null;  -- the sweep is across tenants
call platform.control_access('agents.conversation', 'agents_completions', 'select, update');
