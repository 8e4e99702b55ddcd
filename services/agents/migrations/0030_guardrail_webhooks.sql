-- Endpoints of tenants that are asked about texts, with the secrets that their requests are signed with.
create table agents.guardrail_webhook (
  tenant_id  uuid        not null,
  name       text        not null check (name ~ '^[a-z][a-z0-9-]{0,59}$'),
  url        text        not null,
  mode       text        not null check (mode in ('enforce', 'shadow')),
  stages     text[]      not null check (cardinality(stages) > 0 and stages <@ array['input', 'output']),
  timeout_ms integer     not null check (timeout_ms between 50 and 5000),
  on_failure text        not null check (on_failure in ('block', 'pass')),
  cost_nanos bigint      not null check (cost_nanos >= 0),
  secret     text        not null,
  updated_at timestamptz not null,
  primary key (tenant_id, name)
);
call platform.tenant_table('agents.guardrail_webhook', classes => '{"name": "internal", "url": "internal", "secret": "secret"}');
