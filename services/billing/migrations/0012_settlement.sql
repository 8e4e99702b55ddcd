-- The job of invoices settles payments: their invoice, and what was taken for not paying, end in one commit. The job that talks to the
-- provider needs no hand on them.
call platform.control_access('billing.payment', 'billing_invoices', 'select, update');
revoke update on billing.invoice from billing_payments;
revoke all on billing.dunning, billing.subscription from billing_payments;
drop policy "job billing_payments" on billing.dunning;
drop policy "job billing_payments" on billing.subscription;
