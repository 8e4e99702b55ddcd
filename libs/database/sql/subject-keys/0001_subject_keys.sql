-- The keys of data subjects, in a database of their own: its backups are short-lived, those of everything else need not be.
-- What a destroyed key sealed can't be opened by anybody again, wherever copies of it lie.
create table platform.subject_key (
  tenant_id    uuid        not null,
  id           uuid        not null,                     -- stands in what the key sealed
  holder       bytea       check (length(holder) = 32),  -- a keyed hash of who has the key; null once it is destroyed
  wrapped_key  text,                                     -- sealed by the tenant's key; null once it is destroyed
  created_at   timestamptz not null default clock_timestamp(),
  destroyed_at timestamptz,
  destroyed_by uuid,                                     -- the erasure
  primary key (tenant_id, id),
  unique (tenant_id, holder),
  check ((holder is null) = (wrapped_key is null)),
  check ((destroyed_at is null) = (wrapped_key is not null)),
  check ((destroyed_at is null) = (destroyed_by is null))
);
-- What a destroyed key was is taken off the disk with the next turn of autovacuum, however few they are.
alter table platform.subject_key set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
create index subject_key_destroyed on platform.subject_key (tenant_id, destroyed_by) where destroyed_by is not null;
alter table platform.subject_key enable row level security, force row level security;
create policy tenant on platform.subject_key
  using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid))
  with check (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
