-- The audit log: one row for each change of a row and each classified read, numbered without gaps within its tenant.
-- `audit_service` reads it; only the job `ingest` adds to it; nobody changes it.
create table audit.entry (
  tenant_id     uuid        not null,
  sequence      bigint      not null check (sequence > 0),
  version       smallint    not null,                   -- of the leaf's format
  id            uuid        not null,
  occurred_at   timestamptz not null,
  recorded_at   timestamptz not null,
  service       text        not null,
  event         text        not null,
  event_id      uuid        not null,
  event_index   integer     not null,
  operation     text,
  action        text        not null,
  outcome       text        not null check (outcome in ('done', 'refused')),
  actor_kind    text        not null,
  actor_id      text        not null,
  actor_role    text,
  platform_actor boolean    not null,
  on_behalf_of  text,
  credential_id text,
  request_id    text,
  trace_id      text,
  resource      text        not null,
  resource_id   text,
  change        text        check (change in ('insert', 'update', 'delete', 'read')),
  old_values    json,                                   -- json, not jsonb: the text that was hashed, byte for byte
  new_values    json,
  origin        text        not null,                   -- commits to the row of audit.origin
  leaf_hash     bytea       not null check (length(leaf_hash) = 32),
  primary key (tenant_id, sequence),
  unique (tenant_id, id),
  unique (tenant_id, event_id, event_index)
);
create index entry_by_time on audit.entry (tenant_id, occurred_at);
create index entry_by_actor on audit.entry (tenant_id, actor_id, sequence);
create index entry_by_action on audit.entry (tenant_id, action text_pattern_ops, sequence);
create index entry_by_resource on audit.entry (tenant_id, resource, resource_id, sequence);
call platform.tenant_table('audit.entry', classes => '{"old_values": "internal", "new_values": "internal"}');
revoke insert, update, delete on audit.entry from audit_service;
call platform.control_access('audit.entry', 'audit_ingest', 'select, insert');
call platform.append_only('audit.entry');

-- How long each tenant's log is. Taking the next numbers locks the row until they are committed, so none is ever skipped.
create table audit.head (
  tenant_id uuid   primary key,
  size      bigint not null
);
call platform.tenant_table('audit.head');
revoke insert, update, delete on audit.head from audit_service;
call platform.control_access('audit.head', 'audit_ingest', 'select, insert, update');

-- Classified values of entries, sealed by whoever published them. Erasing one leaves every leaf hash as it is.
create table audit.entry_value (
  tenant_id uuid   not null,
  sequence  bigint not null,
  side      text   not null check (side in ('old', 'new')),
  field     text   not null,
  sealed    text   not null,
  primary key (tenant_id, sequence, side, field)
);
call platform.tenant_table('audit.entry_value', classes => '{"sealed": "sensitive"}');
revoke insert, update, delete on audit.entry_value from audit_service;
call platform.control_access('audit.entry_value', 'audit_ingest', 'insert');
call platform.control_access('audit.entry_value', 'audit_eraser', 'select, delete');

-- The address and program that each event came from, erasable like the values.
create table audit.origin (
  tenant_id  uuid not null,
  event_id   uuid not null,
  client_ip  text,
  user_agent text,
  salt       text not null,
  primary key (tenant_id, event_id)
);
call platform.tenant_table('audit.origin', classes => '{"client_ip": "personal", "user_agent": "personal"}');
revoke insert, update, delete on audit.origin from audit_service;
call platform.control_access('audit.origin', 'audit_ingest', 'insert');
call platform.control_access('audit.origin', 'audit_eraser', 'select, delete');

call platform.control_access('audit.inbox', 'audit_ingest', 'select, insert');
