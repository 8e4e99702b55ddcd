-- Postgres reads the checks of a table anew for every statement that writes to it, and a call is written three times. What one column may hold its
-- domain says instead, which a session reads once; what columns say together is one check.
create domain agents.nanos as bigint check (value >= 0);
create domain agents.tokens as integer check (value >= 0);
create domain agents.call_state as text check (value in ('open', 'completed', 'failed', 'cancelled', 'lost'));

alter table agents.completion
  drop constraint completion_state_check,
  drop constraint completion_input_estimate_check,
  drop constraint completion_input_nanos_check,
  drop constraint completion_cost_nanos_check,
  drop constraint completion_check,
  drop constraint completion_check1,
  drop constraint completion_check2,
  alter column state type agents.call_state,
  alter column input_estimate type agents.tokens,
  alter column input_nanos type agents.nanos,
  alter column cost_nanos type agents.nanos,
  add constraint completion_end check ((state = 'open') = (ended_at is null) and (state = 'open') = (cost_nanos is null)
    and (settled_at is null or ended_at is not null));
