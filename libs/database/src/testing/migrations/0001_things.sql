-- A service as the specs need one: a tenant table with children, a person table, a control table.
create table shop.thing (
  tenant_id  uuid        not null,
  id         uuid        not null,
  name       text        not null check (length(name) between 1 and 120),
  amount     bigint      not null default 0,
  tags       jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index thing_name on shop.thing (tenant_id, lower(name));
call platform.tenant_table('shop.thing', classes => '{"name": "personal"}', subject => 'id');

create table shop.part (
  tenant_id uuid not null,
  id        uuid not null,
  thing_id  uuid not null,
  primary key (tenant_id, id),
  constraint part_thing foreign key (tenant_id, thing_id) references shop.thing
);
call platform.tenant_table('shop.part');

create table shop.profile (
  person_id uuid not null primary key,
  nickname  text not null
);
call platform.person_table('shop.profile', classes => '{"nickname": "personal"}');

create table shop.lookup (
  email     text primary key,
  person_id uuid not null
);
call platform.control_table('shop.lookup', 'shop_signin', 'select', classes => '{"email": "personal"}');
call platform.control_table('shop.lookup', 'shop_register', 'select, insert');
call platform.control_access('shop.thing', 'shop_count', 'select');

create table shop.ledger (
  tenant_id uuid   not null,
  entry     bigint not null,
  primary key (tenant_id, entry)
);
call platform.tenant_table('shop.ledger');
call platform.append_only('shop.ledger');
