-- Which plan each tenant has, with a copy of the terms it was sold: reading them needs no row of the platform's.
create table billing.subscription (
  tenant_id     uuid        primary key,
  plan_id       uuid        not null,
  plan_version  integer     not null,
  terms         jsonb       not null,
  trial_ends_at timestamptz,
  started_at    timestamptz not null,
  changed_at    timestamptz not null,
  version       bigint      not null                    -- grows also when an override changes
);
call platform.tenant_table('billing.subscription', classes => '{"terms": "internal"}');
call platform.control_access('billing.subscription', 'billing_catalog', 'select, insert, update');

-- What staff gave or took from one tenant, whatever its plan says.
create table billing.entitlement_override (
  tenant_id   uuid        not null,
  feature     text        not null,
  entitlement jsonb       not null,
  reason      text        not null check (length(reason) between 1 and 500),
  expires_at  timestamptz,
  created_at  timestamptz not null,
  primary key (tenant_id, feature)
);
call platform.tenant_table('billing.entitlement_override', classes => '{"entitlement": "internal", "reason": "internal"}');
call platform.control_access('billing.entitlement_override', 'billing_catalog', 'select, insert, update, delete');
