-- People. A person is one row whichever tenants they belong to; what a tenant knows of them lies in its own membership.

create table identity.person (
  id                uuid        primary key,
  email             text        not null constraint person_email unique check (email = lower(email) and length(email) <= 254),
  password_hash     text,                                  -- argon2id; null until the person has chosen a password
  last_tenant       uuid,                                  -- the tenant that the next access token is for
  directory_version bigint      not null default 0,        -- of the person's entry in the directory of members
  created_at        timestamptz not null
);
call platform.person_table('identity.person', person_column => 'id',
  classes => '{"email": "personal", "password_hash": "secret", "last_tenant": "internal"}');

-- One sign-in on one device, until signed out, expired or ended for a reason.
create table identity.session (
  person_id  uuid        not null references identity.person on delete cascade,
  id         uuid        not null,
  client_ip  text,
  user_agent text,
  started_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at   timestamptz,
  end_reason text        check (end_reason in ('signed_out', 'password_changed', 'token_reused')),
  primary key (person_id, id)
);
call platform.person_table('identity.session', classes => '{"client_ip": "personal", "user_agent": "personal"}');
create index session_end on identity.session (expires_at);

-- Every refresh token that a session was given: the newest works, once; an older one that comes back ends the session.
create table identity.refresh_token (
  person_id  uuid        not null,
  hash       bytea       not null,
  session_id uuid        not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  primary key (person_id, hash),
  foreign key (person_id, session_id) references identity.session on delete cascade
);
call platform.person_table('identity.refresh_token', classes => '{"hash": "secret"}');
create index refresh_token_hash on identity.refresh_token (hash);
create index refresh_token_session on identity.refresh_token (person_id, session_id);
create index refresh_token_end on identity.refresh_token (expires_at);

-- A one-time link that lets a person without a password choose one.
create table identity.one_time_link (
  person_id  uuid        not null references identity.person on delete cascade,
  hash       bytea       not null,
  for_tenant uuid        not null,
  expires_at timestamptz not null,
  primary key (person_id, hash)
);
call platform.person_table('identity.one_time_link', classes => '{"hash": "secret"}');
create index one_time_link_hash on identity.one_time_link (hash);
create index one_time_link_end on identity.one_time_link (expires_at);

-- How often somebody failed to sign in, by account and by address. The key is a hash: it exists for unknown accounts too.
create table identity.sign_in_attempt (
  key           bytea       primary key,
  failures      integer     not null,
  last_at       timestamptz not null,
  blocked_until timestamptz
);
call platform.control_table('identity.sign_in_attempt', 'identity_signin', 'select, insert, update, delete',
  classes => '{"key": "internal"}');
