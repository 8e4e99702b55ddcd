-- To whom invoices are addressed: the tenant's own word.
create table billing.contact (
  tenant_id  uuid        primary key,
  name       text        not null check (length(name) between 1 and 200),
  address    text        not null check (length(address) between 1 and 500),
  email      text        not null check (length(email) between 3 and 254),
  updated_at timestamptz not null
);
call platform.tenant_table('billing.contact', classes => '{"name": "personal", "address": "personal", "email": "personal"}');

-- How the platform taxes a tenant's invoices, and when they are due. Without a row: no tax, 14 days.
create table billing.tax_terms (
  tenant_id      uuid        primary key,
  name           text        not null check (length(name) between 1 and 40),
  rate_ppm       integer     not null check (rate_ppm between 0 and 1000000),     -- millionths: 190000 is 19 %
  reverse_charge boolean     not null check (not reverse_charge or (rate_ppm = 0 and tax_id is not null)),
  tax_id         text        check (length(tax_id) between 1 and 40),             -- the tenant's, as staff verified it
  due_days       integer     not null check (due_days between 0 and 365),
  updated_at     timestamptz not null
);
call platform.tenant_table('billing.tax_terms', classes => '{"name": "internal", "rate_ppm": "internal", "tax_id": "internal"}');
revoke insert, update, delete on billing.tax_terms from billing_service;
call platform.control_access('billing.tax_terms', 'billing_invoices', 'select, insert, update');
call platform.control_access('billing.contact', 'billing_invoices', 'select');

-- What an invoice says about tax and parties is kept with it, and does not follow later changes.
alter table billing.invoice
  add column tax_name       text    not null default 'VAT',
  add column tax_rate_ppm   integer not null default 0 check (tax_rate_ppm between 0 and 1000000),
  add column tax_nanos      bigint  not null default 0 check (tax_nanos between 0 and total_nanos),
  add column reverse_charge boolean not null default false,
  add column parties        jsonb,                                                -- null: drawn up before parties were kept
  add column due_days       integer not null default 14 check (due_days between 0 and 365),
  add column due_on         date;                                                 -- set when it opens
alter table billing.credit_note add column tax_nanos bigint not null default 0 check (tax_nanos between 0 and amount_nanos);
alter table billing.invoice_line drop constraint invoice_line_kind_check, add check (kind in ('base', 'usage', 'tax'));
call platform.tenant_table('billing.invoice', classes => '{"tax_nanos": "internal", "parties": "personal"}');
call platform.tenant_table('billing.credit_note', classes => '{"tax_nanos": "internal"}');
revoke insert, update, delete on billing.invoice, billing.credit_note from billing_service;
grant update (due_on) on billing.invoice to billing_invoices;
