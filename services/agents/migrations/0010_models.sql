-- Models: what they cost, who answers for them, and the keys by which providers let us in.
--
-- Price books and providers are the platform's: their rows are the platform tenant's. A book never changes; a call remembers the number
-- of the book that rated it.

create table agents.price_book (
  tenant_id    uuid        not null,
  version      integer     not null check (version > 0),
  note         text        check (length(note) <= 500),
  models       jsonb       not null check (jsonb_typeof(models) = 'array'),
  published_at timestamptz not null,
  primary key (tenant_id, version)
);
call platform.tenant_table('agents.price_book', classes => '{"note": "internal", "models": "internal"}');
revoke update, delete on agents.price_book from agents_service;

create table agents.model_provider (
  tenant_id  uuid        not null,
  name       text        not null check (name ~ '^[a-z][a-z0-9-]{0,59}$'),
  kind       text        not null check (kind in ('openai', 'anthropic')),
  base_url   text        not null check (length(base_url) <= 500),
  api_key    text,                                                -- sealed
  timeout_ms integer     not null check (timeout_ms between 100 and 120000),
  updated_at timestamptz not null,
  primary key (tenant_id, name)
);
call platform.tenant_table('agents.model_provider', classes => '{"base_url": "internal", "api_key": "secret"}');

-- A tenant's own key for a provider.
create table agents.provider_key (
  tenant_id  uuid        not null,
  provider   text        not null check (provider ~ '^[a-z][a-z0-9-]{0,59}$'),
  api_key    text        not null,                                -- sealed
  ends_with  text        not null check (length(ends_with) <= 4),
  updated_at timestamptz not null,
  primary key (tenant_id, provider)
);
call platform.tenant_table('agents.provider_key', classes => '{"api_key": "secret", "ends_with": "internal"}');

-- Calls to models: a row is there before the call, under the id of the hold that pays for it, so that one which nobody ended can be
-- found and settled.
create table agents.completion (
  tenant_id        uuid        not null,
  id               uuid        not null,                          -- of the hold, too
  actor_kind       text        not null,
  actor_id         text        not null,
  on_behalf_of     text,
  agent_id         uuid,
  conversation_id  uuid,
  request_id       text        not null,
  model            text        not null,
  price_version    integer     not null,                          -- 0: the stand-in's own
  is_stream        boolean     not null,
  state            text        not null check (state in ('open', 'completed', 'failed', 'cancelled', 'lost')),
  input_estimate   integer     not null check (input_estimate >= 0),   -- tokens
  input_nanos      bigint      not null check (input_nanos >= 0),      -- what that input costs: what a lost call is settled at
  answered_by      text,                                          -- the model that did, when it is not the one that was asked
  input_tokens     integer,
  cached_tokens    integer,
  output_tokens    integer,
  is_estimated     boolean,                                       -- the provider did not say, or not to the end
  cost_nanos       bigint      check (cost_nanos >= 0),
  finish_reason    text,
  failure          text,
  started_at       timestamptz not null,
  deadline_at      timestamptz not null,
  first_piece_ms   integer,
  ended_at         timestamptz,
  settled_at       timestamptz,
  primary key (tenant_id, id),
  check ((state = 'open') = (ended_at is null)),
  check ((state = 'open') = (cost_nanos is null)),
  check (settled_at is null or ended_at is not null)
) with (fillfactor = 80);
create index completion_by_agent on agents.completion (tenant_id, agent_id, id) where agent_id is not null;
create index completion_due on agents.completion (deadline_at) where state = 'open';              -- the sweep is across tenants
create index completion_unsettled on agents.completion (ended_at) where ended_at is not null and settled_at is null;
call platform.tenant_table('agents.completion', classes => '{"actor_id": "personal", "on_behalf_of": "personal", "request_id": "internal",
  "model": "internal", "input_nanos": "internal", "cost_nanos": "internal", "failure": "internal"}');
revoke delete on agents.completion from agents_service;
call platform.control_access('agents.completion', 'agents_completions', 'select, update');
