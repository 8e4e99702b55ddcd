-- How long passwords of a tenant's members are good for.
alter table tenants.access_policy
  add column password_max_age_days integer check (password_max_age_days between 1 and 3650);  -- null: for ever
call platform.tenant_table('tenants.access_policy', classes => '{"password_max_age_days": "none"}');
