-- Erasures that were begun, as the ledger outside the database has them. A database that does not know an entry of the ledger is older than it.

create table compliance.tombstone (
  tenant_id   uuid        not null,
  id          uuid        not null,                      -- of the erasure
  entry_id    uuid        not null,                      -- under which the ledger has it
  entry       text        not null,                      -- what the ledger says, sealed by the tenant's key; it refills a ledger that was lost
  ledger      text,                                      -- the ledger that has it; null until it has
  begun_at    timestamptz not null,
  primary key (tenant_id, id)
);
call platform.tenant_table('compliance.tombstone', classes => '{"entry": "phi", "ledger": "internal"}');
create index tombstone_ledger on compliance.tombstone (ledger);

-- Up to where which ledger was looked through: one row.
create table compliance.ledger_mark (
  name        text        primary key check (name = 'erasures'),
  ledger      text        not null,
  sequence    bigint      not null check (sequence >= 0),
  -- An operator wants everything up to this entry to be carried out again, unless it was since.
  again_until bigint,
  again_since timestamptz,
  check ((again_until is null) = (again_since is null))
);
call platform.control_table('compliance.ledger_mark', 'compliance_runner', 'select, insert, update', classes => '{"ledger": "internal"}');
call platform.control_access('compliance.tombstone', 'compliance_runner', 'select, update');

-- The erasure that a plan carries out again after the database was restored.
alter table compliance.subject_plan add column repeats uuid;
create index subject_plan_repeats on compliance.subject_plan (tenant_id, repeats) where repeats is not null;
