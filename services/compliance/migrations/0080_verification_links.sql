-- The link that was mailed last for a request. A new one replaces it. What is kept of it opens nothing: a link is signed, and the key is not in
-- the database.
create table compliance.verification_link (
  tenant_id  uuid        not null,
  request_id uuid        not null,
  nonce      bytea       not null check (length(nonce) = 16),
  sent       integer     not null check (sent > 0),           -- how many were mailed for this request
  expires_at timestamptz not null,
  used_at    timestamptz,                                     -- also when a failed check ended it
  primary key (tenant_id, request_id),
  foreign key (tenant_id, request_id) references compliance.privacy_request
);
call platform.tenant_table('compliance.verification_link', classes => '{"nonce": "internal"}');
