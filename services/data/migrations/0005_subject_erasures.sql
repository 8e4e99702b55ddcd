-- What erasures of people did, so that one that is asked for again answers the same and does nothing: whoever asked may have
-- crashed before hearing the answer. No value of the person is kept.
create table data.subject_erasure (
  tenant_id  uuid        not null,
  erasure_id uuid        not null,
  request_id text        not null,                       -- under which the audit log has the rows
  places     jsonb       not null,                       -- [{table, action, rows}]
  rows       bigint      not null,                       -- that changed in all
  erased_at  timestamptz not null,
  primary key (tenant_id, erasure_id)
);
call platform.tenant_table('data.subject_erasure', classes => '{"places": "internal"}');
