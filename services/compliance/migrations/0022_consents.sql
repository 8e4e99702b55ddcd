-- Who agreed to what. Records only grow; whether something is allowed follows from the latest.
create table compliance.consent_record (
  tenant_id   uuid        not null,
  id          uuid        not null,
  subject     text        not null check (length(subject) between 1 and 200),
  purpose     text        not null check (length(purpose) between 1 and 100),
  action      text        not null check (action in ('given', 'withdrawn')),
  version     text        not null check (length(version) between 1 and 100),
  source      text        not null check (source in ('form', 'account', 'phone', 'paper', 'import', 'gpc')),
  proof       text,                                      -- sealed
  expires_at  timestamptz,
  recorded_by text        not null,
  recorded_at timestamptz not null,
  primary key (tenant_id, id),
  check (source <> 'gpc' or action = 'withdrawn')
);
create index consent_of_subject on compliance.consent_record (tenant_id, subject, purpose, id desc);
call platform.tenant_table('compliance.consent_record', subject => 'subject', classes => '{"subject": "personal", "purpose": "internal",
  "action": "internal", "version": "internal", "source": "internal", "proof": "sensitive", "recorded_by": "internal"}');
call platform.append_only('compliance.consent_record');

-- How a purpose is decided.
create table compliance.consent_purpose (
  tenant_id   uuid        not null,
  purpose     text        not null check (length(purpose) between 1 and 100),
  model       text        not null check (model in ('opt_in', 'opt_out')),
  version     text        not null check (length(version) between 1 and 100),
  ask_again   boolean     not null,
  honours_gpc boolean     not null,
  set_at      timestamptz not null,
  primary key (tenant_id, purpose)
);
call platform.tenant_table('compliance.consent_purpose', classes => '{"purpose": "internal", "model": "internal", "version": "internal"}');
