-- Guardrails: a tenant's own, and what they decided. Of a text nothing is kept but why.
create table agents.guardrail_policy (
  tenant_id  uuid        not null,
  guardrails jsonb       not null check (jsonb_typeof(guardrails) = 'array'),
  updated_at timestamptz not null,
  primary key (tenant_id)
);
call platform.tenant_table('agents.guardrail_policy', classes => '{"guardrails": "internal"}');

create table agents.guardrail_decision (
  tenant_id     uuid        not null,
  id            uuid        not null,
  completion_id uuid,
  guardrail     text        not null,
  kind          text        not null,
  stage         text        not null,
  verdict       text        not null check (verdict in ('redacted', 'blocked')),
  is_enforced   boolean     not null,
  explanation   text        not null check (length(explanation) <= 500),
  count         integer     not null check (count > 0),
  decided_at    timestamptz not null,
  primary key (tenant_id, id)
);
create index guardrail_decision_at on agents.guardrail_decision (tenant_id, decided_at);
call platform.tenant_table('agents.guardrail_decision', classes => '{"guardrail": "internal", "explanation": "internal"}');
revoke update, delete on agents.guardrail_decision from agents_service;
