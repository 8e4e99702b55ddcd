-- API keys. A key keeps its id when its secret is exchanged, so every secret has its own row.
create table identity.api_key (
  tenant_id       uuid        not null,
  id              uuid        not null,
  name            text        not null check (length(name) between 1 and 120),
  kind            text        not null check (kind in ('secret', 'public')),
  scopes          text[]      not null,
  allowed_ips     text[]      not null,
  allowed_origins text[]      not null,
  expires_at      timestamptz,
  created_by      text        not null,
  created_at      timestamptz not null,
  revoked_at      timestamptz,
  last_used_at    timestamptz,
  version         bigint      not null default 1,
  primary key (tenant_id, id)
);
call platform.tenant_table('identity.api_key', classes => '{"name": "internal", "scopes": "internal",
  "allowed_ips": "internal", "allowed_origins": "internal", "created_by": "internal"}');

create table identity.api_key_secret (
  tenant_id   uuid        not null,
  key_id      uuid        not null,
  hash        text        not null,                        -- SHA-256 in hex; the secret itself is kept nowhere
  prefix      text        not null,
  created_at  timestamptz not null,
  valid_until timestamptz,                                 -- null while it is the key's newest
  primary key (tenant_id, key_id, hash),
  foreign key (tenant_id, key_id) references identity.api_key on delete cascade
);
call platform.tenant_table('identity.api_key_secret', classes => '{"hash": "secret", "prefix": "internal"}');
create unique index api_key_newest_secret on identity.api_key_secret (tenant_id, key_id) where valid_until is null;

-- The gateway's report of last uses covers many tenants at once.
call platform.control_access('identity.api_key', 'identity_keyuse', 'select, update');

-- Refilling the directory of keys and of revocations.
call platform.control_access('identity.api_key', 'identity_directory', 'select');
call platform.control_access('identity.api_key_secret', 'identity_directory', 'select');

-- Removing what time has ended.
call platform.control_access('identity.session', 'identity_sweep', 'select, delete');
call platform.control_access('identity.refresh_token', 'identity_sweep', 'select, delete');
call platform.control_access('identity.one_time_link', 'identity_sweep', 'select, delete');
call platform.control_access('identity.prepared_owner', 'identity_sweep', 'select, delete');
call platform.control_table('identity.sign_in_attempt', 'identity_sweep', 'select, delete');
