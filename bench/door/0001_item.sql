-- The same rows twice: without row-level security for the baseline, and as a tenant table.
create table shop.plain (
  tenant_id uuid not null, id int not null, name text not null, amount bigint not null, primary key (tenant_id, id)
);
grant select on shop.plain to shop_service;

create table shop.pooled (
  tenant_id uuid not null, id int not null, name text not null, amount bigint not null, primary key (tenant_id, id)
);
call platform.tenant_table('shop.pooled');
