-- HTTP APIs whose operations are tools. The rows of the platform's tenant are offered to all tenants.
create table agents.tool_api (
  tenant_id         uuid        not null,
  name              text        not null check (name ~ '^[a-z][a-z0-9]*(_[a-z0-9]+)*$' and length(name) <= 24),
  base_url          text        not null check (length(base_url) <= 500),
  credential        text        not null check (credential in ('none', 'bearer', 'header')),
  credential_header text        check (length(credential_header) <= 100),
  secret            text,                                            -- sealed
  tenant_parameters text[]      not null,
  timeout_ms        integer     not null check (timeout_ms between 100 and 30000),
  tools             jsonb       not null check (jsonb_typeof(tools) = 'array'),
  updated_by        text        not null,
  updated_at        timestamptz not null,
  primary key (tenant_id, name),
  check ((credential = 'none') = (secret is null)),
  check ((credential = 'header') = (credential_header is not null))
);
call platform.tenant_table('agents.tool_api', classes => '{"base_url": "internal", "credential": "internal", "credential_header": "internal",
  "secret": "secret", "tenant_parameters": "internal", "tools": "internal", "updated_by": "internal"}');

-- Which hosts a tenant's tools may reach.
create table agents.tool_hosts (
  tenant_id  uuid        not null primary key,
  hosts      text[]      not null check (cardinality(hosts) <= 50),
  updated_at timestamptz not null
);
call platform.tenant_table('agents.tool_hosts', classes => '{"hosts": "internal"}');
