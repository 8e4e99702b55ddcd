-- Emergency access of the platform's staff to a tenant's rows. Rows of the tenant, so that it sees them and they go with it.
create table identity.break_glass (
  tenant_id   uuid        not null,
  id          uuid        not null,                           -- names the access where grants are named
  staff_id    uuid        not null,
  tables      text[]      not null check (cardinality(tables) between 1 and 20),
  reason      text        not null check (length(reason) between 10 and 1000),
  opened_at   timestamptz not null,
  ends_at     timestamptz not null,                           -- moved forward when it is ended before its time
  ended_by    text,
  attest_by   timestamptz not null,
  attestation text        check (length(attestation) between 10 and 2000),
  attested_at timestamptz,
  overdue_at  timestamptz,                                    -- when it was announced that nobody attested in time
  primary key (tenant_id, id),
  check (ends_at >= opened_at and ends_at <= opened_at + interval '60 minutes'),
  check (attest_by > ends_at),
  check ((attestation is null) = (attested_at is null))
);
create index break_glass_unattested on identity.break_glass (attest_by) where attested_at is null and overdue_at is null;
create index break_glass_owed on identity.break_glass (staff_id) where attested_at is null;
call platform.tenant_table('identity.break_glass', classes => '{"staff_id": "internal", "tables": "internal", "reason": "internal",
  "ended_by": "internal", "attestation": "internal"}');
revoke delete on identity.break_glass from identity_service;

-- Staff open, end and attest access to tenants that they are no members of; what is overdue is found across tenants.
call platform.control_access('identity.break_glass', 'identity_breakglass', 'select, insert, update');
