-- How a tenant words its notices. Without a row a notice is worded as the service words it.
create table compliance.notice_template (
  tenant_id  uuid        not null,
  kind       text        not null check (kind ~ '^[a-z_]{3,40}$'),
  subject    text        not null check (length(subject) between 1 and 200),
  text       text        not null check (length(text) between 1 and 10000),
  changed_at timestamptz not null,
  primary key (tenant_id, kind)
);
call platform.tenant_table('compliance.notice_template', classes => '{"subject": "internal", "text": "internal"}');
