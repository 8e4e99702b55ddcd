-- Legal holds: what must be kept although somebody asks for its erasure. A hold is about a person, about a person's row, or about a
-- whole table; it is never deleted, only released.

create table compliance.legal_hold (
  tenant_id      uuid        not null,
  id             uuid        not null,
  name           text        not null check (length(name) between 1 and 120),
  reason         text        not null,                        -- sealed
  subject_email  text        check (length(subject_email) <= 254),
  table_name     text        check (length(table_name) between 1 and 63),
  subject_key    text        check (length(subject_key) between 1 and 200),
  placed_by      text        not null,
  placed_at      timestamptz not null,
  released_by    text,
  released_at    timestamptz,
  release_reason text,                                        -- sealed
  primary key (tenant_id, id),
  check (subject_email is not null or table_name is not null),
  check (subject_key is null or table_name is not null),
  check ((released_at is null) = (released_by is null) and (released_at is null) = (release_reason is null))
);
create index legal_hold_of_person on compliance.legal_hold (tenant_id, subject_email) where released_at is null;
create index legal_hold_of_table on compliance.legal_hold (tenant_id, table_name, subject_key) where released_at is null;

call platform.tenant_table('compliance.legal_hold', subject => 'subject_email', classes => '{"name": "internal", "reason": "sensitive",
  "subject_email": "personal", "table_name": "internal", "subject_key": "personal", "placed_by": "internal", "released_by": "internal",
  "release_reason": "sensitive"}');
revoke delete on compliance.legal_hold from compliance_service;
