-- What passwords of a tenant's members must be, beyond what holds for everybody.
alter table tenants.access_policy
  add column password_min_length integer check (password_min_length between 12 and 64),  -- null: 12
  add column password_history    integer check (password_history between 1 and 5);       -- null: any earlier one may come again
call platform.tenant_table('tenants.access_policy', classes => '{"password_min_length": "none", "password_history": "none"}');
