-- Since when rows are as a rule of retention wants them that has no date to count from. `row_version` says which version of the row was seen: a
-- change of it, whatever it was, begins the days anew, so that they never end too early.
create table data.retention_sighting (
  tenant_id   uuid        not null,
  rule_id     uuid        not null,
  row_key     text[]      not null,
  row_version text        not null,
  seen_at     timestamptz not null,
  primary key (tenant_id, rule_id, row_key),
  foreign key (tenant_id, rule_id) references data.retention_rule (tenant_id, id)
);
call platform.tenant_table('data.retention_sighting', classes => '{"row_key": "internal", "row_version": "none"}');

-- The sightings of a rule, for a transaction that works under the tenant's role.
create function data.retention_sightings(rule uuid)
  returns table (row_key text[], row_version text, seen_at timestamptz)
  language sql stable security definer set search_path = pg_catalog, pg_temp
begin atomic
  select s.row_key, s.row_version, s.seen_at from data.retention_sighting s
  where s.tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid and s.rule_id = rule;
end;
grant execute on function data.retention_sightings to data_tenant, data_service;
