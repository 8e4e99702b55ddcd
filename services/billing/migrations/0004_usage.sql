-- What is counted. A meter never changes but for being stopped: what it counted stays true.
create table billing.meter (
  tenant_id      uuid        not null,
  id             uuid        not null,
  key            text        not null,
  aggregation    text        not null check (aggregation in ('sum', 'count', 'max', 'unique', 'last')),
  event_type     text        not null,
  value_property text,
  group_by       text[]      not null,
  unit           text,
  created_at     timestamptz not null,
  archived_at    timestamptz,
  primary key (tenant_id, id)
);
create unique index meter_key on billing.meter (tenant_id, key) where archived_at is null;
call platform.tenant_table('billing.meter', classes => '{"key": "internal", "event_type": "internal", "unit": "internal"}');

-- The ledger. The service may add to it and nothing else: an event is corrected or cancelled by another that supersedes it. What names a person can
-- still be erased, by a job of its own. The primary key is what counts an id once, for good.
create table billing.usage_event (
  tenant_id     uuid        not null,
  type          text        collate "C" not null,
  id            text        collate "C" not null,
  batch_id      uuid        not null,
  meter_ids     uuid[]      not null,                   -- the meters that counted it
  occurred_at   timestamptz not null,
  recorded_at   timestamptz not null,
  value         numeric     check (value >= 0),
  user_id       text,
  agent_id      text,
  location_id   text,
  properties    jsonb       not null,
  supersedes_id text        collate "C",                -- of the same type
  fingerprint   bytea       not null,                   -- SHA-256 of what was sent
  primary key (tenant_id, type, id)
);
create unique index usage_event_superseded on billing.usage_event (tenant_id, type, supersedes_id) where supersedes_id is not null;
create index usage_event_time on billing.usage_event (tenant_id, type, occurred_at);
call platform.tenant_table('billing.usage_event', subject => 'user_id',
  classes => '{"user_id": "personal", "properties": "personal", "agent_id": "internal", "location_id": "internal", "value": "internal",
    "fingerprint": "personal"}');
revoke update, delete on billing.usage_event from billing_service;

-- What each meter counted in each hour of the tenant's time zone, by group: what questions about a long time read.
create table billing.usage_hour (
  tenant_id uuid        not null,
  meter_id  uuid        not null,
  hour      timestamptz not null,
  group_key jsonb       not null,
  count     bigint      not null,
  sum       numeric     not null,
  max       numeric,
  last      numeric,
  last_at   timestamptz,
  last_id   text        collate "C",
  primary key (tenant_id, meter_id, hour, group_key)
);
call platform.tenant_table('billing.usage_hour', classes => '{"group_key": "personal", "sum": "internal", "max": "internal", "last": "internal"}');

-- Which values a meter of the kind `unique` met in each hour, as SHA-256 of the value's text.
create table billing.usage_distinct (
  tenant_id  uuid        not null,
  meter_id   uuid        not null,
  hour       timestamptz not null,
  group_key  jsonb       not null,
  value_hash bytea       not null,
  primary key (tenant_id, meter_id, hour, group_key, value_hash)
);
call platform.tenant_table('billing.usage_distinct', classes => '{"group_key": "personal", "value_hash": "personal"}');
