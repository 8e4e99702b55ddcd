-- Customers that the payment provider is to forget: the tenant has another one from then on. Kept, without anything of a person, so that an
-- erasure that is asked for again goes on where it was, and a forgotten customer is never taken for the tenant's again.
create table billing.redaction (
  tenant_id   uuid        not null,
  customer_id text        not null,
  test_mode   boolean     not null,
  job_id      text,                                      -- the provider's, once it was asked
  tries       integer     not null default 1,            -- keys under which it was asked for
  status      text        not null check (status in ('wanted', 'done', 'refused')),
  wanted_at   timestamptz not null,
  primary key (tenant_id, customer_id)
);
create unique index redaction_underway on billing.redaction (tenant_id, test_mode) where status = 'wanted';
call platform.tenant_table('billing.redaction', classes => '{"customer_id": "internal", "job_id": "internal"}');
revoke insert, update, delete on billing.redaction from billing_service;
call platform.control_access('billing.redaction', 'billing_payments', 'select, insert, update');
