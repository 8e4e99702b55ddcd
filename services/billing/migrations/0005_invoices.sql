-- What a unit of a meter costs, as decimal text in the plan's currency, by the meter's key.
alter table billing.plan_version add column unit_prices jsonb not null default '{}';
call platform.control_table('billing.plan_version', 'billing_catalog', 'select, insert', classes => '{"unit_prices": "internal"}');

-- One row a tenant: whoever draws up or changes an invoice holds its lock, and takes numbers from it in the same commit, so there are no gaps.
create table billing.invoice_book (
  tenant_id               uuid   primary key,
  last_number             bigint not null default 0,
  last_credit_note_number bigint not null default 0
);

-- What is to be paid for a period of days, which begin at midnight of the time zone. Nobody may change what it says, only what becomes of it.
create table billing.invoice (
  tenant_id      uuid        not null,
  id             uuid        not null,
  number         bigint      check (number > 0),
  status         text        not null check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  starts_on      date        not null,
  ends_on        date        not null check (ends_on > starts_on),     -- the day after the last
  billed_from    date        not null check (billed_from between starts_on and ends_on),
  time_zone      text        not null,
  currency       text        not null,
  plan_id        uuid        not null,
  plan_version   integer     not null,
  total_nanos    bigint      not null check (total_nanos >= 0),
  credited_nanos bigint      not null default 0 check (credited_nanos between 0 and total_nanos),
  created_at     timestamptz not null,
  opened_at      timestamptz,
  closed_at      timestamptz,
  primary key (tenant_id, id),
  check ((number is null) = (opened_at is null) and (number is not null or status in ('draft', 'void')))
);
create unique index invoice_number on billing.invoice (tenant_id, number);
create index invoice_period on billing.invoice (tenant_id, ends_on) where status <> 'void';

create table billing.invoice_line (
  tenant_id        uuid    not null,
  invoice_id       uuid    not null,
  id               uuid    not null,
  kind             text    not null check (kind in ('base', 'usage')),
  meter_id         uuid,
  meter_key        text,
  quantity         numeric not null check (quantity >= 0),
  unit_price_nanos bigint  not null check (unit_price_nanos >= 0),
  amount_nanos     bigint  not null check (amount_nanos >= 0),
  primary key (tenant_id, invoice_id, id),
  foreign key (tenant_id, invoice_id) references billing.invoice,
  check ((kind = 'usage') = (meter_id is not null and meter_key is not null))
);

create table billing.credit_note (
  tenant_id    uuid        not null,
  invoice_id   uuid        not null,
  id           uuid        not null,
  number       bigint      not null check (number > 0),
  amount_nanos bigint      not null check (amount_nanos > 0),
  reason       text        not null check (length(reason) between 1 and 500),
  created_at   timestamptz not null,
  primary key (tenant_id, invoice_id, id),
  foreign key (tenant_id, invoice_id) references billing.invoice
);
create unique index credit_note_number on billing.credit_note (tenant_id, number);

call platform.tenant_table('billing.invoice_book');
call platform.tenant_table('billing.invoice', classes => '{"total_nanos": "internal", "credited_nanos": "internal"}');
call platform.tenant_table('billing.invoice_line',
  classes => '{"meter_key": "internal", "quantity": "internal", "unit_price_nanos": "internal", "amount_nanos": "internal"}');
call platform.tenant_table('billing.credit_note', classes => '{"amount_nanos": "internal", "reason": "internal"}');

-- A tenant reads its invoices; only staff's job writes them, and lines and credit notes only grow.
revoke insert, update, delete on billing.invoice_book, billing.invoice, billing.invoice_line, billing.credit_note from billing_service;
call platform.control_access('billing.invoice_book', 'billing_invoices', 'select, insert, update');
call platform.control_access('billing.invoice', 'billing_invoices', 'select, insert');
call platform.control_access('billing.invoice_line', 'billing_invoices', 'select, insert');
call platform.control_access('billing.credit_note', 'billing_invoices', 'select, insert');
grant update (number, status, credited_nanos, opened_at, closed_at) on billing.invoice to billing_invoices;
call platform.control_access('billing.subscription', 'billing_invoices', 'select, insert, update');
call platform.control_access('billing.entitlement_override', 'billing_invoices', 'select');
call platform.control_access('billing.meter', 'billing_invoices', 'select');
call platform.control_access('billing.usage_hour', 'billing_invoices', 'select');
call platform.control_access('billing.usage_distinct', 'billing_invoices', 'select');
