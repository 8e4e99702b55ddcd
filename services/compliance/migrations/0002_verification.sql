-- How a person shows who they are, and the form by which they ask.

-- The code that was mailed last for a request. A new one replaces it; the right one is removed when it is used.
create table compliance.verification_code (
  tenant_id  uuid        not null,
  request_id uuid        not null,
  code       text,                                            -- sealed; null when it is used or was guessed at too often
  sent       integer     not null check (sent > 0),           -- how many were mailed for this request
  attempts   integer     not null check (attempts >= 0),      -- at this code
  expires_at timestamptz not null,
  primary key (tenant_id, request_id),
  foreign key (tenant_id, request_id) references compliance.privacy_request
);
call platform.tenant_table('compliance.verification_code', classes => '{"code": "secret"}');

-- How a tenant takes privacy requests. Without a row: no form, no calendar.
create table compliance.privacy_settings (
  tenant_id       uuid    not null primary key,
  is_form_enabled boolean not null,
  calendar        text
);
call platform.tenant_table('compliance.privacy_settings');
