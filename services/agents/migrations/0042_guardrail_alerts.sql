-- Who is mailed of what guardrails decide, and how often at most; and what has been decided since their last mail.
create table agents.guardrail_alert (
  tenant_id     uuid        not null,
  name          text        not null check (name ~ '^[a-z][a-z0-9-]{0,59}$'),
  email         text        not null check (length(email) <= 254),
  guardrails    text[]      not null,                             -- empty: all
  with_shadow   boolean     not null,
  every_minutes integer     not null check (every_minutes between 15 and 1440),
  next_at       timestamptz not null,                             -- no mail before
  updated_at    timestamptz not null,
  primary key (tenant_id, name)
);
call platform.tenant_table('agents.guardrail_alert', subject => 'email', classes => '{"name": "internal", "email": "personal", "guardrails": "internal"}');
create index guardrail_alert_due on agents.guardrail_alert (next_at);                                  -- the mails are sent across tenants

create table agents.guardrail_alert_count (
  tenant_id uuid        not null,
  alert     text        not null,
  guardrail text        not null,
  blocked   bigint      not null check (blocked >= 0),
  redacted  bigint      not null check (redacted >= 0),
  shadowed  bigint      not null check (shadowed >= 0),
  since     timestamptz not null,
  primary key (tenant_id, alert, guardrail),
  foreign key (tenant_id, alert) references agents.guardrail_alert on delete cascade
);
call platform.tenant_table('agents.guardrail_alert_count', classes => '{"alert": "internal", "guardrail": "internal", "blocked": "internal",
  "redacted": "internal", "shadowed": "internal"}');

call platform.control_access('agents.guardrail_alert', 'agents_alerts', 'select, update');
call platform.control_access('agents.guardrail_alert_count', 'agents_alerts', 'select, update, delete');
