-- What agents send to the APIs of tools is disclosed to whoever runs those.
alter table compliance.disclosure drop constraint disclosure_source_check;
alter table compliance.disclosure add constraint disclosure_source_check check (source in ('recorded', 'model', 'export', 'api'));
