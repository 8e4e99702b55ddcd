-- What Stripe told us, as it came and once. It may name people, and the tenant that it is about is found by what we keep ourselves.
create table billing.stripe_event (
  id          uuid        primary key,
  stripe_id   text        not null unique,
  type        text        not null,
  account_id  text,
  payment_id  text,                                     -- the provider's id of the payment that it is about
  tenant_id   uuid,
  status      text        not null check (status in ('received', 'applied', 'ignored', 'failed')),
  deliveries  integer     not null default 1,
  attempts    integer     not null default 0,
  happened_at timestamptz not null,
  received_at timestamptz not null,
  next_at     timestamptz,                              -- when it is applied next; null when nothing is to be done
  handled_at  timestamptz,
  failure     text,
  effects     jsonb       not null default '[]',
  body        bytea       not null
);
create index stripe_event_due on billing.stripe_event (next_at) where next_at is not null;
create index stripe_event_tenant on billing.stripe_event (tenant_id, id);
create index stripe_event_received on billing.stripe_event (received_at);
call platform.control_table('billing.stripe_event', 'billing_payments', 'select, insert, update, delete',
  classes => '{"body": "personal", "effects": "internal", "failure": "internal"}');

-- Payments at the provider are ours by our own record too.
alter table billing.payment_party drop constraint payment_party_kind_check;
alter table billing.payment_party add constraint payment_party_kind_check check (kind in ('customer', 'account', 'payment'));
