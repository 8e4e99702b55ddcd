-- Of a line that costs its share of days: of how many. With it every amount can be worked out again from its line.
alter table billing.invoice_line add column of_days integer check (of_days > 0);
call platform.tenant_table('billing.invoice_line');
revoke insert, update, delete on billing.invoice_line from billing_service;

-- Which version of the plan a credit note corrects the prices to: each once an invoice.
alter table billing.credit_note add column rerated_to integer check (rerated_to > 0);
create unique index credit_note_rerating on billing.credit_note (tenant_id, invoice_id, rerated_to) where rerated_to is not null;
call platform.tenant_table('billing.credit_note');
revoke insert, update, delete on billing.credit_note from billing_service;
