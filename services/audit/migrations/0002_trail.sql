-- Tenants with a schema of their own see their log there as the view `audit_log`, which the data service makes. The view
-- reads with the rights of data_owner, a role nobody logs in as, and the policy binds it to the transaction's tenant.
do $$
begin
  if exists (select from pg_roles where rolname = 'data_owner') then
    grant usage on schema audit to data_owner;
    grant select on audit.entry to data_owner;
  end if;
end $$;
