-- The tenant's own account at the provider, to which its customers pay.
alter table billing.payment_account add column account_id text, add column account_tries integer not null default 1,
  add column account_since timestamptz, add column can_take_payments boolean not null default false;
call platform.tenant_table('billing.payment_account', classes => '{"account_id": "internal"}');
revoke update, delete on billing.payment_account from billing_service;

-- A payment of the tenant's own customer has a name that the tenant gave it.
alter table billing.payment add column reference text;
create unique index payment_reference on billing.payment (tenant_id, reference);
call platform.tenant_table('billing.payment', classes => '{"reference": "internal"}');
revoke insert, update, delete on billing.payment from billing_service;

-- Money on its way back. There is never more than one refund of a payment under way.
create table billing.refund (
  tenant_id    uuid        not null,
  payment_id   uuid        not null,
  id           uuid        not null,
  amount_nanos bigint      not null check (amount_nanos > 0),
  status       text        not null check (status in ('pending', 'succeeded', 'failed')),
  creations    integer     not null default 1,
  created_at   timestamptz not null,
  primary key (tenant_id, payment_id, id),
  foreign key (tenant_id, payment_id) references billing.payment
);
create unique index refund_underway on billing.refund (tenant_id, payment_id) where status = 'pending';
call platform.tenant_table('billing.refund', classes => '{"amount_nanos": "internal"}');
revoke insert, update, delete on billing.refund from billing_service;
call platform.control_access('billing.refund', 'billing_payments', 'select, insert, update');
