-- When a log grew last, so that what is done for every new entry, several times a second, finds the logs that grew and does not look at all of them.
alter table audit.head add column grown_at timestamptz not null default clock_timestamp();
call platform.tenant_table('audit.head');
revoke insert, update, delete on audit.head from audit_service;
create index head_by_growth on audit.head (grown_at);
