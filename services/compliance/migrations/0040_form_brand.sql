-- How a tenant's privacy form looks and what it says above its fields.
alter table compliance.privacy_settings
  add column accent_color text check (accent_color ~ '^#[0-9a-f]{6}$'),
  add column introduction text check (length(introduction) between 1 and 2000),
  add column policy_url text check (policy_url ~ '^https://' and length(policy_url) <= 500);
call platform.tenant_table('compliance.privacy_settings', classes => '{"introduction": "internal", "policy_url": "internal"}');
