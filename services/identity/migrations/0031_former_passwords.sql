-- Passwords that somebody had: as many as the strictest of their tenants' rules looks at, and none where no tenant asks.
create table identity.former_password (
  person_id     uuid        not null references identity.person on delete cascade,
  password_hash text        not null,
  replaced_at   timestamptz not null,
  primary key (person_id, password_hash)
);
call platform.person_table('identity.former_password', classes => '{"password_hash": "secret"}');
