-- A plan may change inside a period, and end with one: invoices charge each day by the terms that it had.
alter table billing.subscription add column terms_since timestamptz;   -- null: since started_at
alter table billing.subscription add column ends_at timestamptz;       -- cancelled: nothing is granted or charged from then on
call platform.tenant_table('billing.subscription');

-- Terms that a tenant had once, until others took their place. What is in force is in `subscription`.
create table billing.past_terms (
  tenant_id uuid        not null,
  starts_at timestamptz not null,
  ends_at   timestamptz not null check (ends_at > starts_at),
  terms     jsonb       not null,
  primary key (tenant_id, starts_at)
);
call platform.tenant_table('billing.past_terms', classes => '{"terms": "internal"}');
revoke insert, update, delete on billing.past_terms from billing_service;
call platform.control_access('billing.past_terms', 'billing_catalog', 'select, insert');
call platform.control_access('billing.past_terms', 'billing_invoices', 'select');

-- A line says which days it charges, by which version of which plan, and what of the ledger it saw.
alter table billing.invoice_line
  add column starts_on    date,
  add column ends_on      date,
  add column plan_id      uuid,
  add column plan_version integer,
  add column counted_in   pg_snapshot;                                  -- null on lines that count nothing, and on those of before
alter table billing.invoice_line no force row level security;
alter table billing.invoice no force row level security;
update billing.invoice_line l
  set starts_on = i.billed_from, ends_on = i.ends_on, plan_id = i.plan_id, plan_version = i.plan_version
  from billing.invoice i where i.tenant_id = l.tenant_id and i.id = l.invoice_id;
alter table billing.invoice force row level security;
alter table billing.invoice_line force row level security;
alter table billing.invoice_line
  alter column starts_on set not null, alter column ends_on set not null,
  alter column plan_id set not null, alter column plan_version set not null,
  add check (ends_on >= starts_on);
create index invoice_line_meter on billing.invoice_line (tenant_id, meter_id, starts_on) where meter_id is not null;
call platform.tenant_table('billing.invoice_line');
revoke insert, update, delete on billing.invoice_line from billing_service;

-- Which transaction recorded an event: with a line's snapshot it tells exactly whether the line counted it. Null: recorded before this was kept.
alter table billing.usage_event add column recorded_in xid8;
alter table billing.usage_event alter column recorded_in set default pg_current_xact_id();
call platform.tenant_table('billing.usage_event', subject => 'user_id');
revoke update, delete on billing.usage_event from billing_service;
