-- An organization may be billed as one: a tenant of it pays for all. Its invoices have numbers of their own, without gaps.
create table billing.organization_billing (
  organization_id  uuid        primary key,
  paying_tenant_id uuid,                                 -- null: each tenant pays for itself
  last_number      bigint      not null default 0,
  updated_at       timestamptz not null
);
create unique index organization_billing_payer on billing.organization_billing (paying_tenant_id);
call platform.control_table('billing.organization_billing', 'billing_invoices', 'select, insert, update');

-- What each tenant of it used is a part, an invoice of its own without a number; the whole is an invoice of the tenant that pays.
alter table billing.invoice
  add column part_of         uuid,                       -- of a part: the organization
  add column gathered_in     uuid,                       -- of a part: the whole that it is on; null while it waits
  add column organization_id uuid,                       -- of a whole: the organization
  add check (part_of is null or organization_id is null),
  drop constraint invoice_status_check,
  add constraint invoice_status_check check (status in ('draft', 'open', 'paid', 'void', 'uncollectible', 'gathered')),
  add check (status <> 'gathered' or part_of is not null),
  drop constraint invoice_check3,
  add constraint invoice_numbered check ((number is null or opened_at is not null) and (number is not null or status in ('draft', 'void', 'gathered')));
drop index billing.invoice_number;
create unique index invoice_number on billing.invoice (tenant_id, organization_id, number) nulls not distinct where number is not null;
create index invoice_waiting on billing.invoice (part_of) where status = 'gathered' and gathered_in is null;
create index invoice_gathered on billing.invoice (gathered_in) where gathered_in is not null;
call platform.tenant_table('billing.invoice');
revoke insert, update, delete on billing.invoice from billing_service;
grant update (gathered_in) on billing.invoice to billing_invoices;

-- A line of a whole says whose it is, and has the id of the part's line, behind which the usage lies.
alter table billing.invoice_line add column for_tenant_id uuid, add column for_tenant_name text;
call platform.tenant_table('billing.invoice_line', classes => '{"for_tenant_name": "internal"}');
revoke insert, update, delete on billing.invoice_line from billing_service;

-- Through its own door no tenant sees a whole, its lines, its credit notes or what it was paid with, the tenant that pays neither: who may, asks
-- the platform's job, which looks at the permission for organizations' invoices.
create policy wholes on billing.invoice as restrictive for select to billing_service using (organization_id is null);
create policy wholes on billing.invoice_line as restrictive for select to billing_service using (for_tenant_id is null);
create policy wholes on billing.credit_note as restrictive for select to billing_service
  using (exists (select from billing.invoice i where i.tenant_id = credit_note.tenant_id and i.id = credit_note.invoice_id));
create policy wholes on billing.payment as restrictive for select to billing_service
  using (invoice_id is null or exists (select from billing.invoice i where i.tenant_id = payment.tenant_id and i.id = payment.invoice_id));
