-- Who outside the tenant got information about its people (45 CFR § 164.528). Rows are added and never changed; they are kept for six years.
create table compliance.disclosure (
  tenant_id         uuid        not null,
  id                uuid        not null,                     -- of one that an event tells of: the event's
  disclosed_at      timestamptz not null,
  source            text        not null check (source in ('recorded', 'model', 'export')),
  recipient         text        not null check (length(recipient) between 1 and 200),
  recipient_address text        check (length(recipient_address) between 1 and 500),
  description       text        not null,                     -- sealed
  purpose           text        not null check (purpose in ('treatment', 'payment', 'operations', 'authorized', 'required_by_law',
    'public_health', 'oversight', 'judicial', 'law_enforcement', 'research', 'other')),
  subject_table     text        check (length(subject_table) between 1 and 63),
  subject_key       text        check (length(subject_key) between 1 and 200),   -- null: the whole table
  withheld_until    timestamptz,
  actor_id          text        not null,
  primary key (tenant_id, id),
  check (subject_key is null or subject_table is not null)
);
create index disclosure_by_time on compliance.disclosure (tenant_id, disclosed_at, id);
create index disclosure_by_person on compliance.disclosure (tenant_id, subject_table, subject_key, disclosed_at);
call platform.tenant_table('compliance.disclosure', classes => '{"recipient": "internal", "recipient_address": "personal",
  "description": "phi", "subject_table": "internal", "subject_key": "personal", "actor_id": "internal"}');
revoke update, delete on compliance.disclosure from compliance_service;
