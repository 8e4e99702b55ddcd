-- What erasures of people destroyed in the log, so that one that is asked for again answers the same.
create table audit.subject_erasure (
  tenant_id  uuid        not null,
  erasure_id uuid        not null,
  entries    bigint      not null,
  values     bigint      not null,
  erased_at  timestamptz not null,
  primary key (tenant_id, erasure_id)
);
call platform.tenant_table('audit.subject_erasure');
revoke update, delete on audit.subject_erasure from audit_service;
call platform.control_access('audit.subject_erasure', 'audit_eraser', 'select, insert');

-- The rows that an erasure changed are found by the request that changed them; so is the entry that tells of the erasure.
create index entry_of_erasure on audit.entry (tenant_id, request_id) where operation = 'EraseSubjectRows' or event = 'SubjectErased';
call platform.control_access('audit.entry', 'audit_eraser', 'select');
