-- Holds by query: the rows of a table that match conditions of the row API, now and later.
alter table compliance.legal_hold
  add column filter text check (length(filter) between 1 and 2000),
  add column rows_when_placed bigint check (rows_when_placed >= 0),
  add check (filter is null or (table_name is not null and subject_key is null));
call platform.tenant_table('compliance.legal_hold', classes => '{"filter": "personal", "rows_when_placed": "none"}');
