-- Where heads of the log are kept outside this database; docs/adr/0021 says why. What is here only steers: the proof lies elsewhere.

-- What a tenant chose besides the write-once store.
create table audit.anchoring (
  tenant_id   uuid        primary key,
  email       text,
  witness_url text,
  witness_key text,
  changed_at  timestamptz not null,
  check ((witness_url is null) = (witness_key is null))
);
call platform.tenant_table('audit.anchoring', classes => '{"email": "personal", "witness_url": "internal", "witness_key": "internal"}');
call platform.control_access('audit.anchoring', 'audit_anchorer', 'select');

-- How far each place is.
create table audit.anchor_place (
  tenant_id   uuid        not null,
  place       text        not null check (place in ('store', 'mail', 'witness')),
  size        bigint      not null,                      -- of the last head that is there
  anchored_at timestamptz,
  failures    integer     not null,                      -- since then
  problem     text,
  next_at     timestamptz not null,
  primary key (tenant_id, place)
);
call platform.tenant_table('audit.anchor_place', classes => '{"problem": "internal"}');
revoke insert, update, delete on audit.anchor_place from audit_service;
call platform.control_access('audit.anchor_place', 'audit_anchorer', 'select, insert, update');

-- What witnesses signed.
create table audit.cosignature (
  tenant_id uuid        not null,
  size      bigint      not null,                        -- of the checkpoint
  witness   text        not null,                        -- its name
  line      text        not null,
  signed_at timestamptz not null,
  primary key (tenant_id, size, witness)
);
call platform.tenant_table('audit.cosignature', classes => '{"witness": "internal", "line": "internal"}');
revoke insert, update, delete on audit.cosignature from audit_service;
call platform.control_access('audit.cosignature', 'audit_anchorer', 'select, insert');
call platform.append_only('audit.cosignature');

call platform.control_access('audit.head', 'audit_anchorer', 'select');
call platform.control_access('audit.entry', 'audit_anchorer', 'select');
call platform.control_access('audit.subtree', 'audit_anchorer', 'select');
call platform.control_access('audit.checkpoint', 'audit_anchorer', 'select');
