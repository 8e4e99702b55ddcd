-- How events of product teams look, by action and version. They are the platform's: one for all tenants.
create table audit.action_schema (
  action        text        not null,
  version       integer     not null check (version > 0),
  schema        jsonb       not null,
  registered_at timestamptz not null,
  primary key (action, version)
);
call platform.control_table('audit.action_schema', 'audit_registrar', 'select, insert', classes => '{"schema": "internal"}');
call platform.append_only('audit.action_schema');
