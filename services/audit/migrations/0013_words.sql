-- Which words may be in each 256 entries of a log: a Bloom filter, so that a search reads only what may have them. docs/adr/0022 says why.
create table audit.word_block (
  tenant_id uuid   not null,
  block     bigint not null check (block >= 0),          -- entries block * 256 + 1 to (block + 1) * 256
  filter    bytea  not null,
  primary key (tenant_id, block)
);
-- Filters do not get smaller by compressing, and reading a bit of one should not have to undo that.
alter table audit.word_block alter column filter set storage external;
call platform.tenant_table('audit.word_block', classes => '{"filter": "internal"}');
revoke insert, update, delete on audit.word_block from audit_service;
call platform.control_access('audit.word_block', 'audit_indexer', 'select, insert');
call platform.control_access('audit.head', 'audit_indexer', 'select');
call platform.control_access('audit.entry', 'audit_indexer', 'select');
