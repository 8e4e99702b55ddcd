-- An open invoice is collected by itself: when it is tried next, and how often that was. What was made, or paid, while no money moves is marked.
alter table billing.invoice
  add column collect_at  timestamptz,
  add column collections integer not null default 0,
  add column test_mode   boolean not null default false;
create index invoice_collect on billing.invoice (collect_at) where collect_at is not null;
call platform.tenant_table('billing.invoice');
revoke insert, update, delete on billing.invoice from billing_service;
grant update (collect_at, collections, test_mode) on billing.invoice to billing_invoices;

-- Whether a tenant's invoices are collected by themselves. Without a row they are.
create table billing.collection_terms (
  tenant_id  uuid        primary key,
  automatic  boolean     not null,
  updated_at timestamptz not null
);
call platform.tenant_table('billing.collection_terms');
revoke delete on billing.collection_terms from billing_service;
call platform.control_access('billing.collection_terms', 'billing_invoices', 'select, insert, update');

-- Until which day the tenant's months were billed by themselves; null: since it began. Who is there already is billed so from this month on.
alter table billing.invoice_book add column invoiced_until date;
alter table billing.invoice_book no force row level security;
alter table billing.subscription no force row level security;
insert into billing.invoice_book (tenant_id, invoiced_until)
  select tenant_id, date_trunc('month', now())::date from billing.subscription
  on conflict (tenant_id) do update set invoiced_until = excluded.invoiced_until;
alter table billing.subscription force row level security;
alter table billing.invoice_book force row level security;
call platform.tenant_table('billing.invoice_book');
revoke insert, update, delete on billing.invoice_book from billing_service;
