-- Erasures of the other services are found by the request that made them, as those of the data service are.
drop index audit.entry_of_erasure;
create index entry_of_erasure on audit.entry (tenant_id, request_id)
  where operation in ('EraseSubjectRows', 'EraseMemberSubject', 'EraseBillingSubject', 'EraseTenantSubject', 'EraseAgentSubject')
    or event = 'SubjectErased';
