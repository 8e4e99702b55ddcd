/** What no runtime login may do, whatever it sets; each must be refused. */
export const forbiddenStatements: Readonly<Record<string, string>> = {
  'making a schema': 'create schema verify_probe',
  'making a table': 'create table public.verify_probe (id int)',
  'making a role': 'create role verify_probe',
  'making itself a superuser': 'alter role current_user superuser',
  'making itself exempt from policies': 'alter role current_user bypassrls',
  'making an extension': 'create extension if not exists dblink',
  'becoming the superuser': 'set role postgres',
  'becoming the platform owner': 'set role platform_owner',
  'running a program': `copy (select 1) to program 'cat'`,
  'writing a file': `copy (select 1) to '/tmp/verify_probe'`,
  'reading a file': `select pg_read_file('/etc/passwd')`,
  'importing a large object': `select lo_import('/etc/passwd')`,
  'reading large objects': 'select * from pg_largeobject limit 1',
  'switching triggers off': 'set session_replication_role = replica',
  'reading passwords': 'select * from pg_authid limit 1',
  'changing the tenants that may write': `update platform.tenant_status set status = 'active'`,
};
