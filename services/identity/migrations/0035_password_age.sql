-- Since when somebody has their password. Nobody knows it of passwords that are older than this column: they count from now on.
alter table identity.person add column password_set_at timestamptz not null default now();
call platform.person_table('identity.person', person_column => 'id', classes => '{"password_set_at": "none"}');
