-- Requests that one person made twice. Nothing is looked for before both are verified.
alter table compliance.privacy_request
  add column duplicate_of uuid,                               -- an earlier verified request of the same person and type
  add column duplicate_decision text check (duplicate_decision in ('merged', 'kept')),
  add foreign key (tenant_id, duplicate_of) references compliance.privacy_request,
  add check (duplicate_of < id),
  add check (duplicate_decision is null or duplicate_of is not null);
create index privacy_request_of_person on compliance.privacy_request (tenant_id, lower(subject_email), type, id);
create index privacy_request_duplicates on compliance.privacy_request (tenant_id, duplicate_of) where duplicate_of is not null;
call platform.tenant_table('compliance.privacy_request', classes => '{"duplicate_of": "none", "duplicate_decision": "none"}');
