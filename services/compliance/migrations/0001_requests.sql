-- Privacy requests: what a person asks for under a law, and everything that happened to it.
--
-- Three things are kept apart: the *legal status* (what was decided), the *execution status* (what the automation has done), and
-- the *timeline* (what happened when). Due dates are arithmetic over the timeline; the columns that hold them are its result, written
-- in the commit that adds to the timeline, so that a queue can be sorted by them.

create table compliance.privacy_request (
  tenant_id          uuid        not null,
  id                 uuid        not null,
  type               text        not null check (type in (
    'gdpr_access', 'gdpr_portability', 'gdpr_rectification', 'gdpr_erasure', 'gdpr_restriction', 'gdpr_objection',
    'ccpa_know', 'ccpa_delete', 'ccpa_correct', 'ccpa_opt_out', 'ccpa_limit',
    'hipaa_access', 'hipaa_amendment', 'hipaa_accounting')),
  role               text        not null check (role in ('controller', 'processor')),
  channel            text        not null check (channel in ('staff', 'form')),
  legal_status       text        not null check (legal_status in (
    'received', 'acknowledged', 'in_progress', 'fulfilled', 'partially_fulfilled', 'denied', 'withdrawn', 'handed_over', 'appealed')),
  execution_status   text        not null default 'not_started'
    check (execution_status in ('not_started', 'running', 'blocked', 'done', 'failed')),
  is_sensitive       boolean     not null,                    -- its answer would hold sensitive data or health information
  subject_name       text        not null check (length(subject_name) between 1 and 200),
  subject_email      text        not null check (length(subject_email) <= 254),
  details            text,                                    -- sealed: the person's own words
  agent_name         text        check (length(agent_name) between 1 and 200),
  agent_email        text        check (length(agent_email) <= 254),
  agent_mandate      text,                                    -- sealed: what shows that the agent may act
  controller_name    text        check (length(controller_name) between 1 and 200),
  controller_email   text        check (length(controller_email) <= 254),
  assignee_id        uuid,
  verified_level     integer     not null default 0 check (verified_level between 0 and 2),
  denial_reason      text,
  time_zone          text        not null,                    -- the tenant's, when it came in: a due day ends at its midnight
  calendar           text,                                    -- whose public holidays count, e.g. DE-BE; null: none
  received_at        timestamptz not null,
  clock_starts_at    timestamptz not null,                    -- of the clock that runs, or ran: received, or appealed
  due_on             date        not null,                    -- the last day of the clock that runs, or ran
  due_at             timestamptz not null,                    -- the end of that day
  acknowledge_by     date,
  hand_over_by       date,
  is_paused          boolean     not null default false,
  is_extended        boolean     not null default false,
  escalated_percent  integer     not null default 0,          -- the highest that was announced of the clock that runs
  next_escalation_at timestamptz,                             -- null: none is due by itself
  entries            integer     not null,                    -- how long its timeline is
  closed_at          timestamptz,
  primary key (tenant_id, id),
  check ((agent_name is null) = (agent_email is null) and (agent_name is null) = (agent_mandate is null)),
  check ((role = 'processor') = (controller_name is not null) and (controller_name is null) = (controller_email is null)),
  check ((legal_status = 'denied') <= (denial_reason is not null)),
  check ((legal_status in ('fulfilled', 'partially_fulfilled', 'denied', 'withdrawn', 'handed_over')) = (closed_at is not null))
);
create index privacy_request_queue on compliance.privacy_request (tenant_id, due_at, id);
-- How many came by the form lately, and how many for one address.
create index privacy_request_form on compliance.privacy_request (tenant_id, received_at) where channel = 'form';
create index privacy_request_escalation on compliance.privacy_request (next_escalation_at) where next_escalation_at is not null;

-- What happened to a request, in order. Rows are added and never changed.
create table compliance.privacy_request_entry (
  tenant_id  uuid        not null,
  request_id uuid        not null,
  seq        integer     not null check (seq > 0),
  kind       text        not null check (kind ~ '^[a-z_]{3,40}$'),
  at         timestamptz not null,
  actor_kind text        not null,
  actor_id   text        not null,
  facts      jsonb       not null,                            -- words, ids and numbers that tell nothing about the person
  text       text,                                            -- sealed: what was said
  primary key (tenant_id, request_id, seq),
  foreign key (tenant_id, request_id) references compliance.privacy_request
);

call platform.tenant_table('compliance.privacy_request', subject => 'subject_email', classes => '{"subject_name": "personal",
  "subject_email": "personal", "details": "phi", "agent_name": "personal", "agent_email": "personal", "agent_mandate": "personal",
  "controller_name": "internal", "controller_email": "personal", "denial_reason": "internal"}');
call platform.tenant_table('compliance.privacy_request_entry', classes => '{"facts": "internal", "text": "phi", "actor_id": "internal"}');
revoke delete on compliance.privacy_request from compliance_service;
revoke update, delete on compliance.privacy_request_entry from compliance_service;

-- The clock rings across tenants.
call platform.control_access('compliance.privacy_request', 'compliance_clock', 'select, update');
call platform.control_access('compliance.privacy_request_entry', 'compliance_clock', 'insert');
