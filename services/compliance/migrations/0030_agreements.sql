-- Business associate agreements. What was signed is never changed, only ended; a renewal is another row.
create table compliance.agreement (
  tenant_id      uuid        not null,
  id             uuid        not null,
  party          text        not null check (party in ('platform', 'subcontractor')),
  counterparty   text        not null check (length(counterparty) between 1 and 200),
  version        text        not null check (length(version) between 1 and 60),
  provider       text        check (provider ~ '^[a-z][a-z0-9-]{0,59}$'),
  subcontractors text[]      not null check (cardinality(subcontractors) <= 20),
  effective_on   date        not null,
  ends_on        date,                                        -- the last day
  effective_at   timestamptz not null,                        -- these two: where the tenant is
  ends_at        timestamptz,
  registered_by  text        not null,
  registered_at  timestamptz not null,
  ended_by       text,
  ended_at       timestamptz,
  end_reason     text        check (length(end_reason) between 1 and 500),
  announced_days integer,                                     -- the fewest days ahead of which its end was announced
  announce_at    timestamptz,                                 -- null: nothing is to be announced any more
  primary key (tenant_id, id),
  check (ends_at > effective_at),
  check ((ends_on is null) = (ends_at is null)),
  check ((ended_at is null) = (ended_by is null) and (ended_at is null) = (end_reason is null)),
  check (ended_at is null or announce_at is null)
);
create index agreement_to_announce on compliance.agreement (announce_at) where announce_at is not null;
call platform.tenant_table('compliance.agreement', classes => '{"counterparty": "internal", "version": "internal", "provider": "internal",
  "subcontractors": "internal", "registered_by": "internal", "ended_by": "internal", "end_reason": "internal"}');
revoke delete on compliance.agreement from compliance_service;

-- How often a tenant's agreements changed: the version of what the directory says of them.
create table compliance.agreement_register (
  tenant_id uuid   not null primary key,
  version   bigint not null check (version > 0)
);
call platform.tenant_table('compliance.agreement_register');
revoke delete on compliance.agreement_register from compliance_service;

-- The platform's staff register for a tenant; the directory is filled for all.
call platform.control_access('compliance.agreement', 'compliance_agreements', 'select, insert, update');
call platform.control_access('compliance.agreement_register', 'compliance_agreements', 'select, insert, update');
-- Ends are announced across tenants.
call platform.control_access('compliance.agreement', 'compliance_clock', 'select, update');
