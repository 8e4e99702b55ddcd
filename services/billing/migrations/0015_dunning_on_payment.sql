-- A payment that ends an invoice grants again, in the same commit, what a restricted tenant's plan includes: together with its overrides.
call platform.control_access('billing.entitlement_override', 'billing_payments', 'select');
