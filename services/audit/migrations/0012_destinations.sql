-- Where a tenant's log is sent to, and how far each destination is.
create table audit.destination (
  tenant_id     uuid        not null,
  id            uuid        not null,
  name          text        not null,
  url           text        not null,
  format        text        not null check (format in ('ndjson', 'ocsf')),
  secret        text        not null,                    -- sealed: what batches are signed with
  bearer_token  text,                                    -- sealed
  email         text,
  state         text        not null check (state in ('active', 'disabled')),
  delivered     bigint      not null check (delivered >= 0),
  delivered_at  timestamptz,
  failures      integer     not null default 0,
  failing_since timestamptz,
  problem       text,
  next_at       timestamptz not null,
  created_at    timestamptz not null,
  primary key (tenant_id, id)
);
create index destination_due on audit.destination (next_at) where state = 'active';
call platform.tenant_table('audit.destination', classes => '{"name": "internal", "url": "sensitive", "secret": "secret", "bearer_token": "secret",
  "email": "personal", "problem": "internal"}');
call platform.control_access('audit.destination', 'audit_shipper', 'select, update');
call platform.control_access('audit.checkpoint', 'audit_shipper', 'select');
-- Within the tenant that the job names, and no other: these have no policy of its own.
grant select on audit.entry, audit.origin, audit.subtree to audit_shipper;
