-- How long rows are kept. Rules are not changed, so what was previewed and approved is what is carried out.
create table data.retention_rule (
  tenant_id    uuid        not null,
  id           uuid        not null,
  name         text        not null check (length(name) between 1 and 120),
  table_name   text        not null check (length(table_name) between 1 and 63),
  filter       text        check (length(filter) between 1 and 2000),
  date_column  text        not null,
  keep_days    integer     not null check (keep_days > 0),
  archive_days integer     check (archive_days > 0),
  created_by   text        not null,
  created_at   timestamptz not null,
  previewed_at timestamptz,
  activated_by text,
  activated_at timestamptz,
  ended_by     text,
  ended_at     timestamptz,
  next_run_at  timestamptz,
  primary key (tenant_id, id),
  check ((activated_at is null) = (activated_by is null) and (ended_at is null) = (ended_by is null)),
  check (activated_by is distinct from created_by)
);
create index retention_rule_due on data.retention_rule (next_run_at) where activated_at is not null and ended_at is null;
call platform.tenant_table('data.retention_rule', classes => '{"name": "internal", "table_name": "internal", "filter": "personal",
  "date_column": "internal", "created_by": "internal", "activated_by": "internal", "ended_by": "internal"}');
revoke delete on data.retention_rule from data_service;
call platform.control_access('data.retention_rule', 'data_retention', 'select');

-- What rules would have done and did. A run is its own log: it goes on after a crash behind the last key that was committed.
create table data.data_retention_log (
  tenant_id          uuid        not null,
  id                 uuid        not null,
  rule_id            uuid        not null,
  table_name         text        not null,
  kind               text        not null check (kind in ('dry_run', 'run')),
  outcome            text        not null check (outcome in ('running', 'done', 'failed')),
  cutoff             timestamptz not null,
  rows_due           bigint      not null default 0,
  rows_held          bigint      not null default 0,
  rows_kept          bigint      not null default 0,
  rows_undated       bigint      not null default 0,
  rows_deleted       bigint      not null default 0,
  rows_cascaded      bigint      not null default 0,
  rows_refused       bigint      not null default 0,
  rows_archived      bigint      not null default 0,
  archive_head       bytea,
  archive_expires_at timestamptz,
  archive_deleted_at timestamptz,
  after_key          text[],
  not_before         timestamptz not null,
  started_at         timestamptz not null,
  finished_at        timestamptz,
  problem            text,
  primary key (tenant_id, id),
  foreign key (tenant_id, rule_id) references data.retention_rule (tenant_id, id)
);
create index data_retention_log_of_rule on data.data_retention_log (tenant_id, rule_id, id);
create unique index data_retention_log_running on data.data_retention_log (tenant_id, rule_id) where outcome = 'running';
create index data_retention_log_archive on data.data_retention_log (archive_expires_at)
  where archive_deleted_at is null and archive_expires_at is not null;
call platform.tenant_table('data.data_retention_log', classes => '{"table_name": "internal", "after_key": "internal", "problem": "internal"}');
revoke delete on data.data_retention_log from data_service;
call platform.control_access('data.data_retention_log', 'data_retention', 'select, update');

-- Rows that were deleted and are kept a while longer, sealed. `people` says whose they were, so that an erasure reaches them: it empties the
-- line and leaves the hash, which the archive's own is made of.
create table data.archived_row (
  tenant_id  uuid    not null,
  run_id     uuid    not null,
  position   bigint  not null,
  table_name text    not null,
  row_key    text    not null,
  people     text[]  not null,
  phi        text[]  not null,
  leaf       bytea   not null,
  line       text,
  primary key (tenant_id, run_id, position),
  foreign key (tenant_id, run_id) references data.data_retention_log (tenant_id, id)
);
create index archived_row_of_people on data.archived_row using gin (people);
call platform.tenant_table('data.archived_row', classes => '{"table_name": "internal", "row_key": "personal", "people": "personal", "phi": "internal", "line": "phi"}');

call platform.control_access('data.space', 'data_retention', 'select');
call platform.control_access('data.table_definition', 'data_retention', 'select');
