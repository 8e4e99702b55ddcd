import pg from 'pg';

/** A row of the comparison, in every system the same. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly amount: number;
}

export const COLUMNS = 'id, name, status, amount, created_at';
/** Sessions of every server, as many as a service of ours has. */
export const MAX_CONNECTIONS = 10;
const PASSWORD = 'bench';

const TABLES = `
  create schema plain;
  create table plain.item (tenant_id uuid not null, id uuid not null default uuidv7(), name text not null, status text not null,
    amount integer not null, created_at timestamptz not null default now(), primary key (tenant_id, id));
  create table plain.guarded_item (like plain.item including all);
  alter table plain.guarded_item enable row level security;
  alter table plain.guarded_item force row level security;
  create policy own_rows on plain.guarded_item using (tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid));
  create role plain_service login password '${PASSWORD}';
  grant usage on schema plain to plain_service;
  grant select, insert on plain.item, plain.guarded_item to plain_service`;

/** The baselines' tables with the tenants' rows in them; answers the address of a login that row-level security binds. */
export async function prepareItems(url: string, tenantIds: readonly string[], items: readonly Item[]): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(TABLES);
  const rows = `select t, i.* from unnest($1::uuid[]) t, unnest($2::uuid[], $3::text[], $4::text[], $5::int[]) i`;
  const of = <K extends keyof Item>(key: K): Item[K][] => items.map((item) => item[key]);
  const values = [tenantIds, of('id'), of('name'), of('status'), of('amount')];
  for (const table of ['item', 'guarded_item'])
    await client.query(`insert into plain.${table} (tenant_id, id, name, status, amount) ${rows}`, values);
  await client.query('vacuum analyze plain.item, plain.guarded_item');
  await client.end();
  const login = new URL(url);
  [login.username, login.password] = ['plain_service', PASSWORD];
  return login.href;
}
