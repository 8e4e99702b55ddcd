-- What is known of the tables that hold people's data, and the plans of copies and erasures of one person's data.

-- What the tenant says of a table: its part of the record of processing activities.
create table compliance.table_record (
  tenant_id    uuid        not null,
  table_name   text        not null,
  people       text        not null,
  purpose      text        not null,
  legal_basis  text        not null,
  recipients   text[]      not null,
  retention    text        not null,
  erase_action text        not null check (erase_action in ('delete', 'mask', 'keep')),
  keep_reason  text,
  set_at       timestamptz not null,
  primary key (tenant_id, table_name),
  check (erase_action <> 'keep' or keep_reason is not null)
);
call platform.tenant_table('compliance.table_record', classes => '{"table_name": "internal", "people": "internal", "purpose": "internal",
  "recipients": "internal", "retention": "internal", "keep_reason": "internal"}');

-- A copy or an erasure of one person's data. `subject` is sealed: it names the person.
create table compliance.subject_plan (
  tenant_id    uuid        not null,
  id           uuid        not null,
  kind         text        not null check (kind in ('access', 'erasure')),
  status       text        not null check (status in ('planned', 'approved', 'collecting', 'review', 'released', 'delivered', 'erasing', 'held', 'certifying', 'done')),
  subject      text        not null,
  request_id   uuid,
  shape        text        not null,                    -- of the data service's tables when it was planned
  digest       text        not null,
  withhold     jsonb       not null default '[]',       -- what the review left out
  created_by   text        not null,
  created_at   timestamptz not null,
  approved_by  text,
  approved_at  timestamptz,
  try_at       timestamptz,                             -- when the runner looks at it next; null: nothing is to be done by itself
  tries        integer     not null default 0,
  problem      text,                                    -- what the last try met
  result       jsonb,                                   -- what an erasure did, or its certificate
  finished_at  timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, request_id) references compliance.privacy_request
);
create index subject_plan_request on compliance.subject_plan (tenant_id, request_id);
create index subject_plan_due on compliance.subject_plan (try_at) where try_at is not null;
call platform.tenant_table('compliance.subject_plan', classes => '{"subject": "phi", "digest": "internal", "withhold": "internal",
  "created_by": "internal", "approved_by": "internal", "problem": "internal", "result": "internal"}');

-- The places of a plan, in its order.
create table compliance.plan_place (
  tenant_id uuid    not null,
  plan_id   uuid    not null,
  position  integer not null check (position >= 0),
  service   text    not null,
  place     text    not null,
  kind      text    not null check (kind in ('rows', 'mention', 'task')),
  rows      bigint  not null,
  facts     jsonb   not null,                            -- columns, ways, what is withheld, what an erasure does and why
  status    text    not null check (status in ('none', 'waiting', 'done')),
  attempt   integer not null default 0,                  -- of collecting; pieces of earlier ones do not count
  collected bigint,
  finding   text,                                        -- sealed: what was found by hand
  done_by   text,
  done_at   timestamptz,
  primary key (tenant_id, plan_id, position),
  foreign key (tenant_id, plan_id) references compliance.subject_plan
);
call platform.tenant_table('compliance.plan_place', classes => '{"place": "internal", "facts": "internal", "finding": "phi", "done_by": "internal"}');

-- What was collected, in sealed pieces of a place's NDJSON.
create table compliance.bundle_piece (
  tenant_id uuid    not null,
  plan_id   uuid    not null,
  position  integer not null,
  attempt   integer not null,
  number    integer not null,
  sealed    text    not null,
  primary key (tenant_id, plan_id, position, attempt, number),
  foreign key (tenant_id, plan_id, position) references compliance.plan_place
);
call platform.tenant_table('compliance.bundle_piece', classes => '{"sealed": "phi"}');

-- Links by which copies are fetched. Token and code are kept as digests.
create table compliance.bundle_link (
  tenant_id   uuid        not null,
  plan_id     uuid        not null,
  token_hash  bytea       not null,
  code_hash   bytea       not null,
  tries_left  integer     not null,
  expires_at  timestamptz not null,
  used_at     timestamptz,
  primary key (tenant_id, plan_id),
  foreign key (tenant_id, plan_id) references compliance.subject_plan
);
create unique index bundle_link_token on compliance.bundle_link (tenant_id, token_hash);
create index bundle_link_look_up on compliance.bundle_link (token_hash);
call platform.tenant_table('compliance.bundle_link', classes => '{"token_hash": "secret", "code_hash": "secret"}');

-- The runner looks across tenants for what is due; what it does, it does as that tenant. Whoever fetches a copy says no tenant.
call platform.control_access('compliance.subject_plan', 'compliance_runner', 'select');
call platform.control_access('compliance.bundle_link', 'compliance_fetch', 'select, update');
call platform.control_access('compliance.bundle_piece', 'compliance_runner', 'select, delete');
