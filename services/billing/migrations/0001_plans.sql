-- What the platform sells. A plan is a name; what it costs and includes is a version, which never changes.
create table billing.plan (
  id         uuid        primary key,
  name       text        not null check (length(name) between 1 and 80),
  created_at timestamptz not null
);
create unique index plan_name on billing.plan (lower(name));

create table billing.plan_version (
  plan_id              uuid        not null references billing.plan,
  version              integer     not null check (version > 0),
  price_nanos          bigint      check (price_nanos >= 0),   -- a month; null: negotiated
  currency             text        not null check (currency ~ '^[A-Z]{3}$'),
  usage_caps           jsonb       not null,                   -- meter key → limit a month
  feature_entitlements text[]      not null,
  static_entitlements  jsonb       not null,                   -- feature → value
  trial_days           integer     not null check (trial_days between 0 and 365),
  created_at           timestamptz not null,
  primary key (plan_id, version)
);

-- Where every platform begins. Prices are a month.
insert into billing.plan values
  ('0198b000-0000-7000-8000-000000000001', 'starter', '2026-01-01Z'),
  ('0198b000-0000-7000-8000-000000000002', 'professional', '2026-01-01Z'),
  ('0198b000-0000-7000-8000-000000000003', 'enterprise', '2026-01-01Z'),
  ('0198b000-0000-7000-8000-000000000004', 'custom', '2026-01-01Z');
insert into billing.plan_version values
  ('0198b000-0000-7000-8000-000000000001', 1, 100000000000, 'USD',
   '{"apiCalls": 100000, "projects": 50}', '{}', '{}', 14, '2026-01-01Z'),
  ('0198b000-0000-7000-8000-000000000002', 1, 500000000000, 'USD',
   '{"apiCalls": 1000000, "projects": 500}', '{custom_domain}', '{}', 14, '2026-01-01Z'),
  ('0198b000-0000-7000-8000-000000000003', 1, 2000000000000, 'USD',
   '{"apiCalls": 10000000}', '{custom_domain,sso}', '{}', 0, '2026-01-01Z'),
  ('0198b000-0000-7000-8000-000000000004', 1, null, 'USD', '{}', '{custom_domain,sso}', '{}', 0, '2026-01-01Z');

call platform.control_table('billing.plan', 'billing_catalog', 'select, insert', classes => '{"name": "internal"}');
call platform.control_table('billing.plan_version', 'billing_catalog', 'select, insert',
  classes => '{"price_nanos": "internal", "usage_caps": "internal", "feature_entitlements": "internal", "static_entitlements": "internal"}');
call platform.append_only('billing.plan');
call platform.append_only('billing.plan_version');
