-- How long a log keeps what its entries say. docs/adr/0025 says why whole blocks of a log go, and no partitions.

create table audit.retention (
  tenant_id      uuid        primary key,
  keep_days      integer     check (keep_days >= 365),        -- null: for ever
  next_keep_days integer     check (next_keep_days >= 365),
  next_at        timestamptz,                                 -- when next_keep_days takes its place; null: nothing is to change
  set_at         timestamptz not null
);
call platform.tenant_table('audit.retention');
revoke delete on audit.retention from audit_service;
call platform.control_access('audit.retention', 'audit_retirer', 'select, insert, update');

-- The leaf hashes of entries that were retired, 256 in a row: `block` has entries block · 256 + 1 to (block + 1) · 256, as the tree's first
-- stored subtrees do. Retired is always the beginning of a log.
create table audit.retired_block (
  tenant_id   uuid        not null,
  block       bigint      not null check (block >= 0),
  leaf_hashes bytea       not null check (length(leaf_hashes) = 8192),
  retired_at  timestamptz not null,
  primary key (tenant_id, block)
);
-- Hashes do not get smaller by compressing.
alter table audit.retired_block alter column leaf_hashes set storage external;
call platform.tenant_table('audit.retired_block');
revoke insert, update, delete on audit.retired_block from audit_service;
grant select, insert on audit.retired_block to audit_retirer;
call platform.append_only('audit.retired_block');

-- Legal holds that compliance has placed or released, in whatever order that is heard. While one holds, nothing is retired.
create table audit.legal_hold (
  tenant_id   uuid    not null,
  hold_id     uuid    not null,
  is_released boolean not null,
  primary key (tenant_id, hold_id)
);
call platform.tenant_table('audit.legal_hold');
revoke delete on audit.legal_hold from audit_service;

-- Within the tenant that the job names, and no other: these have no policy of its own.
grant select, delete on audit.entry, audit.entry_value, audit.origin to audit_retirer;
grant select on audit.subtree, audit.checkpoint, audit.destination, audit.legal_hold to audit_retirer;
call platform.control_access('audit.retired_block', 'audit_signer', 'select');
grant select on audit.retired_block to audit_shipper, audit_anchorer;

-- Nobody deletes an entry whose leaf hash is not kept, its owner and the job itself neither.
create function audit.assert_retired() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if exists (
    select from gone g left join audit.retired_block b on b.tenant_id = g.tenant_id and b.block = (g.sequence - 1) / 256
    where b.leaf_hashes is null
      or substr(b.leaf_hashes, ((g.sequence - 1) % 256)::integer * 32 + 1, 32) <> g.leaf_hash) then
    raise exception 'audit.entry only grows' using errcode = '42501';
  end if;
  return null;
end $$;
create or replace trigger append_only before update or truncate on audit.entry for each statement execute function platform.refuse_change();
create trigger retired after delete on audit.entry referencing old table as gone
  for each statement execute function audit.assert_retired();
