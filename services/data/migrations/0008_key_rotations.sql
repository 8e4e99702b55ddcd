-- A replacement of a tenant's keys, and how far sealing its rows again has come: it goes on from here after a crash.
create table data.key_rotation (
  tenant_id         uuid        not null,
  id                uuid        not null,
  key_version       integer     not null check (key_version > 0),
  index_key_version integer     not null check (index_key_version > 0),
  started_at        timestamptz not null,
  finished_at       timestamptz,
  not_before        timestamptz not null,                -- of its next batch
  pass              integer     not null default 1,      -- tables are gone through until one pass finds nothing
  pass_rows         bigint      not null default 0,
  table_name        text,                                -- the one that is being worked on; null at the start of a pass
  after_key         text[],                              -- its last row that was looked at
  tables_total      integer     not null,
  tables_done       integer     not null default 0,
  rows_done         bigint      not null default 0,
  primary key (tenant_id, id)
);
create unique index key_rotation_running on data.key_rotation (tenant_id) where finished_at is null;
call platform.tenant_table('data.key_rotation', classes => '{"table_name": "internal", "after_key": "internal"}');
call platform.control_access('data.key_rotation', 'data_rotation', 'select, update');
call platform.control_access('data.space', 'data_rotation', 'select');
call platform.control_access('data.table_definition', 'data_rotation', 'select');
