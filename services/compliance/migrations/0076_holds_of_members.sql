-- Holds on a member by user id, as conversations with agents know them; and how many conversations a hold kept when it was placed.
alter table compliance.legal_hold
  add column subject_user_id text check (length(subject_user_id) between 1 and 200),
  add column conversations_when_placed bigint check (conversations_when_placed >= 0);
alter table compliance.legal_hold drop constraint legal_hold_check;
alter table compliance.legal_hold
  add constraint legal_hold_about check (subject_email is not null or table_name is not null or subject_user_id is not null);
call platform.tenant_table('compliance.legal_hold', classes => '{"subject_user_id": "personal", "conversations_when_placed": "none"}');
create index legal_hold_of_member on compliance.legal_hold (tenant_id, subject_user_id) where released_at is null;
