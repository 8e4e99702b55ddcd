-- The budget of a token may be money that billing holds for it, and for all that it is exchanged for. The row is there before the hold is, and says
-- when that is to be ended: soon, unless the token comes to be. So a process that dies in between leaves no money held for nobody.
alter table agents.token_allowance
  add column hold_id       uuid,         -- billing's: under the id of the token that it was made for
  add column hold_due_at   timestamptz,  -- from when on it is to be ended; of that token alone
  add column hold_ended_at timestamptz,
  add check (hold_due_at is null or hold_id = id),
  add check (hold_ended_at is null or hold_due_at is not null);
call platform.tenant_table('agents.token_allowance');
create index token_allowance_hold_due on agents.token_allowance (hold_due_at) where hold_ended_at is null;  -- the sweep is across tenants
call platform.control_access('agents.token_allowance', 'agents_completions', 'select, update');
