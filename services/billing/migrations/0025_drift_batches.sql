-- The nightly comparison goes through the provider's list a batch at a time and keeps here what it saw, instead of in memory.
alter table billing.payment add column listed_at timestamptz;             -- when the provider's list had it last
call platform.tenant_table('billing.payment');
revoke insert, update, delete on billing.payment from billing_service;
alter table billing.payment_drift add column seen_at timestamptz;         -- when a comparison found it last
update billing.payment_drift set seen_at = found_at;
alter table billing.payment_drift alter column seen_at set not null;
call platform.control_table('billing.payment_drift', 'billing_payments', 'select, insert, update',
  classes => '{"provider_id": "internal", "ours": "internal", "theirs": "internal"}');

-- A connected account that its owner disconnected can't be asked any more: that is one difference, and keeps nobody else's from being found.
alter table billing.payment_drift drop constraint payment_drift_kind_check;
alter table billing.payment_drift add constraint payment_drift_kind_check
  check (kind in ('unknown_here', 'unknown_there', 'amount', 'status', 'refunded', 'invoice_state', 'invoice_amount', 'account_unreachable'));

-- Refunds that were begun and not ended, for whoever carries them to their end.
create index refund_unsettled on billing.refund (tenant_id, created_at) where status = 'pending';
