-- How far a tenant that does not pay has been warned: the step of the ladder, by its oldest invoice that is overdue.
create table billing.dunning (
  tenant_id  uuid        primary key,
  step       integer     not null check (step between 0 and 5),
  stepped_on date        not null,                       -- in the tenant's time zone
  updated_at timestamptz not null
);
call platform.tenant_table('billing.dunning', classes => '{"step": "internal"}');
revoke insert, update, delete on billing.dunning from billing_service;
call platform.control_access('billing.dunning', 'billing_invoices', 'select, insert, update');

-- A restricted tenant keeps its data and its plan, which grants nothing until it pays.
alter table billing.subscription add column restricted_since timestamptz;
call platform.tenant_table('billing.subscription');
create index invoice_overdue on billing.invoice (tenant_id, due_on) where status = 'open';
