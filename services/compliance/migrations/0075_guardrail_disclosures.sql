-- What is shown to an endpoint that judges texts is disclosed to whoever runs it.
alter table compliance.disclosure drop constraint disclosure_source_check;
alter table compliance.disclosure add constraint disclosure_source_check
  check (source in ('recorded', 'model', 'export', 'api', 'guardrail'));
