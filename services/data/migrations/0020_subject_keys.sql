-- Whose keys an erasure destroys, as keyed hashes, until it has: another database has the keys, so this commits first and is
-- carried on with after a crash. Then the ids of the first 1,000 of them and how many they were, for the certificate.
alter table data.subject_erasure
  add column key_holders bytea[],
  add column keys_destroyed uuid[],
  add column key_count bigint not null default 0;
call platform.tenant_table('data.subject_erasure', classes => '{"key_holders": "internal"}');
