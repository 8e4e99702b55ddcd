-- Which conversations are under a legal hold: those about a person or about anybody of a table, and those of a member. Compliance decides, and says so before
-- its own commit; a hold of which it never says that it is placed ends after a day. People are kept as blind indexes: what only looks alike is kept, too.
create table agents.legal_hold (
  tenant_id     uuid        not null,
  id            uuid        not null,
  subject_table text        check (length(subject_table) between 1 and 63),
  blinds        integer[],                                       -- of one person of the table; null: of all
  is_query      boolean     not null,                            -- which people of the table it is about the data service knows alone
  owner_id      text        check (length(owner_id) between 1 and 200),
  held_at       timestamptz not null,
  confirmed_at  timestamptz,
  released_at   timestamptz,
  primary key (tenant_id, id),
  check (subject_table is not null or owner_id is not null),
  check (blinds is null or (subject_table is not null and not is_query))
);
create index legal_hold_in_force on agents.legal_hold (tenant_id) where released_at is null;
call platform.tenant_table('agents.legal_hold', classes => '{"subject_table": "internal", "blinds": "personal", "owner_id": "personal"}');
revoke delete on agents.legal_hold from agents_service;
call platform.control_access('agents.legal_hold', 'agents_retention', 'select');

-- Since when a conversation is kept for a hold alone, although its erasure was asked for: it goes when the hold does.
alter table agents.conversation add column restricted_at timestamptz;
alter table agents.conversation add check (restricted_at is null or status <> 'open');
call platform.tenant_table('agents.conversation');
create index conversation_restricted on agents.conversation (tenant_id) where restricted_at is not null and key is not null;
