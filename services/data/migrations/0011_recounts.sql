-- Counts are compared with the tables: after their columns have changed, when staff ask, and every day. What should not have differed is kept.
alter table data.space
  add column counted_at      timestamptz,                -- when the last comparison began; null to have one soon
  add column counted_version bigint,                     -- of the tables that were compared
  add column count_tried_at  timestamptz;
call platform.control_access('data.space', 'data_counts', 'select, update');
call platform.control_access('data.table_definition', 'data_counts', 'select');

create table data.count_drift (
  tenant_id     uuid        not null,
  id            uuid        not null,
  table_name    text        not null,
  counted_rows  bigint      not null,
  counted_bytes bigint      not null,
  rows          bigint      not null,                    -- what the table held
  bytes         bigint      not null,
  found_at      timestamptz not null,
  primary key (tenant_id, id)
);
call platform.tenant_table('data.count_drift', classes => '{"table_name": "internal"}');
revoke insert, update, delete on data.count_drift from data_service;
call platform.control_access('data.count_drift', 'data_counts', 'select, insert');
