-- What a tenant is at the payment provider, with test keys and with live ones. `tries` counts the keys under which its customer was asked for.
create table billing.payment_account (
  tenant_id   uuid        not null,
  test_mode   boolean     not null,
  customer_id text,
  tries       integer     not null default 1,
  created_at  timestamptz not null,
  primary key (tenant_id, test_mode)
);
call platform.tenant_table('billing.payment_account', classes => '{"customer_id": "internal"}');

-- Whose an account or customer at the provider is: by this, and by nothing that an event says, an event finds its tenant.
create table billing.payment_party (
  provider_id text primary key,
  tenant_id   uuid not null,
  kind        text not null check (kind in ('customer', 'account'))
);
call platform.control_table('billing.payment_party', 'billing_payments', 'select, insert', classes => '{"provider_id": "internal"}');

-- Money on its way. `provider_id` is written before the first attempt, so there is never more than one payment at the provider that can succeed.
create table billing.payment (
  tenant_id      uuid        not null,
  id             uuid        not null,
  invoice_id     uuid,
  account_id     text,                                  -- the connected account that is paid; null when the platform is
  provider_id    text,
  status         text        not null check (status in ('pending', 'action_required', 'processing', 'succeeded', 'canceled')),
  amount_nanos   bigint      not null check (amount_nanos > 0),
  refunded_nanos bigint      not null default 0 check (refunded_nanos >= 0),
  currency       text        not null,
  dispute_status text        check (dispute_status in ('needs_response', 'under_review', 'won', 'lost')),
  failure_code   text,
  creations      integer     not null default 1,        -- keys under which it was asked for
  tries          integer     not null default 0,        -- times that it was confirmed
  test_mode      boolean     not null,
  created_at     timestamptz not null,
  checked_at     timestamptz not null,                  -- when the provider was asked last
  succeeded_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, invoice_id) references billing.invoice,
  check ((succeeded_at is not null) = (status = 'succeeded')),
  check ((invoice_id is null) <> (account_id is null))
);
create unique index payment_underway on billing.payment (tenant_id, invoice_id) where status in ('pending', 'action_required', 'processing');
create unique index payment_provider_id on billing.payment (tenant_id, provider_id);
create index payment_unsettled on billing.payment (tenant_id, checked_at) where status in ('pending', 'action_required', 'processing');
call platform.tenant_table('billing.payment',
  classes => '{"provider_id": "internal", "account_id": "internal", "amount_nanos": "internal", "refunded_nanos": "internal", "failure_code": "internal"}');

-- A tenant reads; what moves money is written by one job, which also ends the invoices that are paid.
revoke insert, update, delete on billing.payment_account, billing.payment from billing_service;
grant insert on billing.payment_account to billing_service;                   -- the reaction to a new tenant
call platform.control_access('billing.payment_account', 'billing_payments', 'select, insert, update');
call platform.control_access('billing.payment', 'billing_payments', 'select, insert, update');
call platform.control_access('billing.invoice_book', 'billing_payments', 'select, insert, update');
call platform.control_access('billing.invoice', 'billing_payments', 'select');
grant update (number, status, credited_nanos, opened_at, due_on, closed_at) on billing.invoice to billing_payments;
-- Who pays is given back what was taken for not paying, in the same commit.
call platform.control_access('billing.dunning', 'billing_payments', 'select, insert, update');
call platform.control_access('billing.subscription', 'billing_payments', 'select, insert, update');
