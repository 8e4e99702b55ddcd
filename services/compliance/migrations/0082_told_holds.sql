-- When the services that keep to a hold were last told that it is in force; null: never, or by its placing alone.
alter table compliance.legal_hold add column told_at timestamptz;
create index legal_hold_to_tell on compliance.legal_hold (told_at) where released_at is null;
call platform.tenant_table('compliance.legal_hold', classes => '{"told_at": "none"}');
call platform.control_access('compliance.legal_hold', 'compliance_runner', 'select');
