-- Conversations that are kept. What is said in one is sealed with a random key of its own, which the tenant's key seals: without it, no copy of the
-- messages can be read. Forgetting destroys the key and deletes the messages; the row stays, with what the conversation used.
create table agents.conversation (
  tenant_id       uuid        not null,
  id              uuid        not null,
  agent_id        uuid,                                          -- null: with a model and no agent
  owner_id        text        not null,
  location_id     uuid,
  classification  text        not null check (classification in ('internal', 'personal', 'sensitive', 'phi')),
  status          text        not null default 'open' check (status in ('open', 'closed', 'forgotten')),
  key             text,                                          -- sealed; null: destroyed
  max_turns       integer     not null check (max_turns between 1 and 500),
  turns           integer     not null default 0,
  limit_nanos     bigint      check (limit_nanos >= 0),
  messages        integer     not null default 0,
  bytes           integer     not null default 0,
  run_id          uuid,                                          -- the run that waits for answers of tools
  answering       uuid,                                          -- the call to a model that is under way
  answering_until timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  expires_at      timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents.agent,
  check ((status = 'forgotten') = (key is null))
);
call platform.tenant_table('agents.conversation', classes => '{"owner_id": "personal", "key": "secret", "limit_nanos": "internal"}');
revoke delete on agents.conversation from agents_service;
create index conversation_by_owner on agents.conversation (tenant_id, owner_id, id);
create index conversation_by_agent on agents.conversation (tenant_id, agent_id, id) where agent_id is not null;
create index conversation_due on agents.conversation (expires_at) where key is not null;      -- the sweep is across tenants

create table agents.conversation_message (
  tenant_id       uuid        not null,
  conversation_id uuid        not null,
  position        integer     not null check (position > 0),
  role            text        not null check (role in ('user', 'assistant', 'tool')),
  content         text        not null,                          -- sealed with the conversation's key
  completion_id   uuid        not null,
  said_at         timestamptz not null,
  primary key (tenant_id, conversation_id, position),
  foreign key (tenant_id, conversation_id) references agents.conversation
);
call platform.tenant_table('agents.conversation_message', classes => '{"content": "sensitive"}');
revoke update on agents.conversation_message from agents_service;

-- Whom conversations are about. A person is found by the blind index, and told apart by the sealed value.
create table agents.conversation_subject (
  tenant_id       uuid    not null,
  conversation_id uuid    not null,
  position        integer not null check (position > 0),
  subject_table   text    not null check (length(subject_table) <= 63),
  blind           integer not null,
  value           text    not null,                              -- sealed
  primary key (tenant_id, conversation_id, position),
  foreign key (tenant_id, conversation_id) references agents.conversation
);
call platform.tenant_table('agents.conversation_subject', classes => '{"blind": "personal", "value": "personal"}');
create index conversation_subject_by_person on agents.conversation_subject (tenant_id, subject_table, blind);

create table agents.conversation_retention (
  tenant_id  uuid        primary key,
  days       integer     not null check (days between 1 and 3650),
  agents     jsonb       not null check (jsonb_typeof(agents) = 'object'),   -- days by agent
  updated_at timestamptz not null
);
call platform.tenant_table('agents.conversation_retention', classes => '{"days": "internal", "agents": "internal"}');

call platform.control_access('agents.conversation', 'agents_retention', 'select, update');
call platform.control_access('agents.conversation_message', 'agents_retention', 'select, delete');
call platform.control_access('agents.conversation_subject', 'agents_retention', 'select, delete');

create index completion_by_conversation on agents.completion (tenant_id, conversation_id) where conversation_id is not null;
