-- Access reviews. Nothing of them is deleted: they are what shows that somebody looked.
create table compliance.access_review (
  tenant_id          uuid        not null,
  id                 uuid        not null,
  name               text        not null check (length(name) between 1 and 120),
  status             text        not null check (status in ('freezing', 'open', 'completed')),
  opened_at          timestamptz not null,
  opened_by          text        not null,
  due_at             timestamptz not null,
  frozen_at          timestamptz,
  items              integer     not null default 0,
  digest             text,                                     -- of the population, in hex
  tree_size          bigint,                                   -- of the audit log, when the population was read
  root_hash          text,
  checkpoint         text,
  roster_at          timestamptz,
  roster_by          text,
  roster_people      integer,
  roster_digest      text,
  try_at             timestamptz,                              -- when the runner looks at it next; null: nothing is to be done by itself
  tries              integer     not null default 0,
  problem            text,
  escalated_percent  integer     not null default 0,
  next_escalation_at timestamptz,
  completed_at       timestamptz,
  completed_by       text,
  left_because       text        check (length(left_because) <= 500),
  statement          jsonb,                                    -- the signed result
  primary key (tenant_id, id),
  check ((status = 'freezing') = (frozen_at is null)),
  check ((status = 'completed') = (completed_at is not null)),
  check (num_nulls(frozen_at, digest, tree_size, root_hash, checkpoint) in (0, 5)),
  check (num_nulls(roster_at, roster_by, roster_people, roster_digest) in (0, 4)),
  check (status <> 'completed' or (statement is not null and try_at is null and next_escalation_at is null))
);
create index access_review_due on compliance.access_review (try_at) where try_at is not null;
create index access_review_escalation on compliance.access_review (next_escalation_at) where next_escalation_at is not null;
call platform.tenant_table('compliance.access_review', classes => '{"name": "internal", "opened_by": "internal", "digest": "internal",
  "roster_by": "internal", "problem": "internal", "completed_by": "internal", "left_because": "internal", "statement": "internal"}');
revoke delete on compliance.access_review from compliance_service;

-- What somebody may do, as it was when the review's population was frozen, and what was decided about it.
create table compliance.access_item (
  tenant_id     uuid        not null,
  id            uuid        not null,
  review_id     uuid        not null,
  position      integer     not null check (position >= 0),
  kind          text        not null check (kind in ('member', 'api_key', 'support_grant', 'agent', 'agent_token')),
  access_id     text        not null,
  holder_id     text,
  email         text,                                          -- of a member; emptied when the person is erased, like the name
  name          text,
  role          text,
  permissions   text[]      not null,
  granted_by    text,
  granted_at    timestamptz not null,
  last_used_at  timestamptz,
  expires_at    timestamptz,
  previous_role text,
  is_new        boolean     not null,                          -- not in the last completed review
  roster_role   text,
  findings      text[]      not null default '{}',
  decision      text        check (decision in ('keep', 'revoke', 'change_role')),
  new_role      text,
  reason        text        check (length(reason) <= 500),
  decided_by    text,
  decided_at    timestamptz,
  execution     text        check (execution in ('waiting', 'proving', 'done', 'refused')),
  tries         integer     not null default 0,
  problem       text,
  outcome       text        check (outcome in ('revoked', 'changed', 'expired')),
  seen_gone_at  timestamptz,
  ended_here    boolean     not null default false,            -- by the review, and by nobody else meanwhile
  proof         jsonb,                                         -- the log's entry with its inclusion proof
  primary key (tenant_id, id),
  unique (tenant_id, review_id, position),
  foreign key (tenant_id, review_id) references compliance.access_review,
  check (num_nulls(decision, decided_by, decided_at) in (0, 3)),
  check ((decision = 'change_role') is not distinct from (new_role is not null) or decision is null and new_role is null),
  check (execution is null or decision in ('revoke', 'change_role')),
  check (execution is distinct from 'done' or (outcome is not null and seen_gone_at is not null))
);
create index access_item_email on compliance.access_item (tenant_id, email) where email is not null;
create index access_item_access on compliance.access_item (tenant_id, kind, access_id);
create index access_item_execution on compliance.access_item (tenant_id, review_id, position) where execution in ('waiting', 'proving');
call platform.tenant_table('compliance.access_item', classes => '{"access_id": "internal", "holder_id": "internal", "email": "personal",
  "name": "personal", "role": "internal", "permissions": "internal", "granted_by": "internal", "previous_role": "internal",
  "roster_role": "internal", "findings": "internal", "reason": "internal", "decided_by": "internal", "problem": "internal", "proof": "internal"}');
revoke delete on compliance.access_item from compliance_service;

-- How often reviews are opened by themselves.
create table compliance.access_review_schedule (
  tenant_id    uuid    not null primary key,
  every_months integer not null check (every_months between 1 and 12),
  due_days     integer not null check (due_days between 1 and 180),
  next_on      date    not null,                               -- a day where the tenant is
  opens_at     timestamptz not null                            -- when it begins there
);
create index access_review_schedule_due on compliance.access_review_schedule (opens_at);
call platform.tenant_table('compliance.access_review_schedule', classes => '{}');

-- The runner looks across tenants for what is due; what it does, it does as that tenant.
call platform.control_access('compliance.access_review', 'compliance_runner', 'select');
call platform.control_access('compliance.access_review_schedule', 'compliance_runner', 'select');
call platform.control_access('compliance.access_review', 'compliance_clock', 'select, update');
call platform.control_access('compliance.access_item', 'compliance_clock', 'select');
