-- The tables by which a service's changes leave and others' events arrive. The migration runner makes them in every
-- service's schema, as `<service>_owner`, before the service's own migrations; `{service}` is the schema's name.

-- What is on its way: written with the change, sent by the relay, kept for days so that a lost stream can be refilled.
create table {service}.outbox (
  position        bigint      generated always as identity primary key,
  id              uuid        not null,
  tenant_id       uuid        not null,
  kind            text        not null check (kind in ('event', 'directory')),
  subject         text        not null,
  payload         jsonb       not null,
  headers         jsonb       not null,
  created_at      timestamptz not null default clock_timestamp(),
  published_at    timestamptz,
  stream_sequence bigint
);
create index outbox_waiting on {service}.outbox (position) where published_at is null;
create index outbox_sent on {service}.outbox (published_at) where published_at is not null;

call platform.control_table('{service}.outbox', '{service}_relay', 'select, update, delete',
  classes => '{"payload": "sensitive", "headers": "personal", "subject": "internal"}');
-- A transaction writes for its own tenant; the platform's staff and jobs for the tenant they act on.
create policy publish on {service}.outbox for insert to {service}_service with check (
  (select nullif(current_setting('app.tenant_id', true), '')::uuid) in (tenant_id, '00000000-0000-7000-8000-000000000001'));
grant insert on {service}.outbox to {service}_service;

create function {service}.announce_outbox() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_notify('{service}_outbox', '');
  return null;
end $$;
revoke all on function {service}.announce_outbox from public;
create trigger announce after insert on {service}.outbox
  for each statement execute function {service}.announce_outbox();

-- Which events each consumer has handled: the row commits with the effect.
create table {service}.inbox (
  tenant_id  uuid        not null,
  consumer   text        not null,
  event_id   uuid        not null,
  handled_at timestamptz not null default now(),
  primary key (tenant_id, consumer, event_id)
);
create index inbox_handled on {service}.inbox (handled_at);
call platform.tenant_table('{service}.inbox');
call platform.control_access('{service}.inbox', '{service}_relay', 'select, delete');

-- Which requests were answered, and how: the answer is sealed under a key that only the caller's Idempotency-Key gives.
create table {service}.idempotency (
  tenant_id  uuid        not null,
  actor_id   text        not null,
  operation  text        not null,
  key_hash   bytea       not null,
  body_hash  bytea       not null,
  answer     bytea,
  created_at timestamptz not null default now(),
  primary key (tenant_id, actor_id, operation, key_hash)
);
create index idempotency_age on {service}.idempotency (created_at);
call platform.tenant_table('{service}.idempotency', classes => '{"answer": "secret", "actor_id": "internal"}');
call platform.control_access('{service}.idempotency', '{service}_relay', 'select, delete');

-- Events that a consumer gave up on, until somebody replays them.
create table {service}.failed_event (
  tenant_id   uuid        not null,
  consumer    text        not null,
  event_id    uuid        not null,
  subject     text        not null,
  payload     jsonb       not null,
  headers     jsonb       not null,
  error       text        not null,
  tries       integer     not null,
  failed_at   timestamptz not null default now(),
  replayed_at timestamptz,
  primary key (tenant_id, consumer, event_id)
);
call platform.control_table('{service}.failed_event', '{service}_relay', 'select, insert, update, delete',
  classes => '{"payload": "sensitive", "headers": "personal", "subject": "internal", "error": "internal"}');
