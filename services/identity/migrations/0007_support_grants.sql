-- What a tenant lets the platform's staff do with its rows. It is kept when it is over: the tenant sees what it once gave.
create table identity.support_grant (
  tenant_id  uuid        not null,
  id         uuid        not null,
  tables     text[]      not null,                        -- empty for all
  access     text        not null check (access in ('read', 'write')),
  reason     text        not null check (length(reason) between 1 and 500),
  staff_id   uuid,                                        -- the only one who may use it
  granted_by text        not null,
  granted_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  primary key (tenant_id, id),
  check (expires_at > granted_at and expires_at <= granted_at + interval '7 days')
);
call platform.tenant_table('identity.support_grant', classes => '{"tables": "internal", "reason": "internal",
  "staff_id": "internal", "granted_by": "internal"}');
call platform.control_access('identity.support_grant', 'identity_directory', 'select');
