-- The Merkle tree over each tenant's leaf hashes (RFC 9162), and what was signed of it. An entry's leaf is number
-- `sequence - 1`. docs/adr/0008 says why the tree is stored like this.

-- The hash of each complete subtree of 256, 65 536, … leaves: number `position` of its height, from 0. It follows from the
-- leaf hashes, and never changes: it is here so that a proof reads a few hundred hashes, however long the log is.
create table audit.subtree (
  tenant_id uuid     not null,
  height    smallint not null check (height > 0 and height % 8 = 0),
  position  bigint   not null check (position >= 0),
  hash      bytea    not null check (length(hash) = 32),
  primary key (tenant_id, height, position)
);
call platform.tenant_table('audit.subtree');
revoke insert, update, delete on audit.subtree from audit_service;
call platform.control_access('audit.subtree', 'audit_signer', 'select, insert');
call platform.append_only('audit.subtree');

-- Every checkpoint that was ever signed: the log's root when it had `size` entries.
create table audit.checkpoint (
  tenant_id  uuid        not null,
  size       bigint      not null check (size > 0),
  root       bytea       not null check (length(root) = 32),
  public_key bytea       not null check (length(public_key) = 32),   -- Ed25519; whoever rotates the key leaves this as it was
  signature  bytea       not null check (length(signature) = 64),
  signed_at  timestamptz not null,
  primary key (tenant_id, size)
);
call platform.tenant_table('audit.checkpoint');
revoke insert, update, delete on audit.checkpoint from audit_service;
call platform.control_access('audit.checkpoint', 'audit_signer', 'select, insert');
call platform.append_only('audit.checkpoint');

call platform.control_access('audit.entry', 'audit_signer', 'select');
call platform.control_access('audit.head', 'audit_signer', 'select');
