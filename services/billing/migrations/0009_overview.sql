-- What was invoiced of late, across tenants: the one question of the platform that no tenant leads.
create index invoice_opened on billing.invoice (opened_at) where number is not null;
