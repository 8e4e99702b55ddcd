-- Incidents, and who must be told of them until when. Nothing is deleted: GDPR Art. 33(5) and 45 CFR § 164.414(b) want them documented.
create table compliance.incident (
  tenant_id     uuid        not null,
  id            uuid        not null,
  title         text        not null check (length(title) between 1 and 200),
  description   text        not null,                         -- sealed
  severity      text        check (severity in ('low', 'medium', 'high', 'critical')),
  status        text        not null check (status in ('open', 'no_breach', 'closed')),
  laws          text[]      not null check (laws <@ array['gdpr', 'hipaa'] and cardinality(laws) > 0),
  role          text        not null check (role in ('controller', 'processor')),
  time_zone     text        not null,                         -- the tenant's: a due day ends at its midnight
  discovered_at timestamptz not null,
  opened_at     timestamptz not null,
  opened_by     text        not null,
  tables        text[]      not null default '{}',
  classes       text[]      not null default '{}',
  people        bigint      check (people >= 0),
  conclusion    text,                                         -- sealed
  closed_at     timestamptz,
  primary key (tenant_id, id),
  check ((status = 'closed') = (closed_at is not null))
);
call platform.tenant_table('compliance.incident', classes => '{"title": "internal", "description": "sensitive", "opened_by": "internal",
  "tables": "internal", "conclusion": "sensitive"}');
revoke delete on compliance.incident from compliance_service;

create table compliance.incident_duty (
  tenant_id          uuid        not null,
  incident_id        uuid        not null,
  duty               text        not null check (duty ~ '^(gdpr|hipaa)_[a-z_]{3,30}$'),
  due_at             timestamptz not null,
  is_open            boolean     not null,                    -- false: told, or not needed any more
  met_at             timestamptz,
  notice             text,                                    -- sealed
  escalated_percent  integer     not null default 0,
  next_escalation_at timestamptz,
  primary key (tenant_id, incident_id, duty),
  foreign key (tenant_id, incident_id) references compliance.incident,
  check ((met_at is null) = (notice is null)),
  check (is_open or next_escalation_at is null),
  check (met_at is null or not is_open)
);
create index incident_duty_escalation on compliance.incident_duty (next_escalation_at) where next_escalation_at is not null;
call platform.tenant_table('compliance.incident_duty', classes => '{"notice": "sensitive"}');
revoke delete on compliance.incident_duty from compliance_service;

call platform.control_access('compliance.incident', 'compliance_clock', 'select');
call platform.control_access('compliance.incident_duty', 'compliance_clock', 'select, update');
