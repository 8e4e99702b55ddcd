-- Agents. What one may do is in the versions of its configuration; here is which there are and whether they may act at all.
create table agents.agent (
  tenant_id         uuid        not null,
  id                uuid        not null,
  name              text        not null check (length(name) between 1 and 120),
  purpose           text        check (length(purpose) <= 2000),
  owner_id          uuid        not null,
  status            text        not null default 'active' check (status in ('active', 'paused', 'archived')),
  published_version integer     check (published_version > 0),   -- null: none is in force
  version           bigint      not null default 1,              -- of this row, for the directory
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  primary key (tenant_id, id)
);
call platform.tenant_table('agents.agent', classes => '{"name": "internal", "purpose": "internal", "owner_id": "internal"}');
create unique index agent_name on agents.agent (tenant_id, lower(name)) where status <> 'archived';
