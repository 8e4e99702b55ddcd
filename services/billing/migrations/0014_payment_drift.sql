-- Where payments, the provider and invoices do not say the same: one open row for each, closed when it is no longer found.
create table billing.payment_drift (
  id          uuid        primary key,
  subject     text        not null,                     -- what makes it the same one the next night
  kind        text        not null check (kind in ('unknown_here', 'unknown_there', 'amount', 'status', 'refunded', 'invoice_state', 'invoice_amount')),
  tenant_id   uuid,
  payment_id  uuid,
  invoice_id  uuid,
  provider_id text,
  ours        text,
  theirs      text,
  found_at    timestamptz not null,
  repaired_at timestamptz
);
create unique index payment_drift_open on billing.payment_drift (subject) where repaired_at is null;
call platform.control_table('billing.payment_drift', 'billing_payments', 'select, insert, update',
  classes => '{"provider_id": "internal", "ours": "internal", "theirs": "internal"}');
create index payment_created on billing.payment (created_at) where provider_id is not null;
