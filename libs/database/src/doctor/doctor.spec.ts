import { TestDatabase } from '@tenantry/testing/database';
import { SHOP } from '../testing/shop.js';
import { doctor } from './doctor.js';

/** A tenant table as it should be, for a fault to be planted in. */
const SOUND = `create table shop.planted (tenant_id uuid not null, id uuid not null, code text, primary key (tenant_id, id));
  alter table shop.planted owner to shop_owner; set role shop_owner; call platform.tenant_table('shop.planted'); reset role;`;

describe('doctor', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
  });
  afterAll(() => database?.drop());

  async function clear(remove = ''): Promise<void> {
    await database.admin(`${remove || 'select 1'}; drop table if exists shop.planted`);
    await database.admin(`select platform.forget_table(name) from unnest(array['shop.planted', 'shop.child']) name`);
  }

  it('finds nothing wrong with what the procedures make', async () => {
    await database.admin(SOUND);
    expect(await doctor(database.adminUrl)).toEqual([]);
    await clear();
  });

  it.each([
    ['a table of no kind', 'table kind', 'create table shop.planted (id int)'],
    ['row security that is off', 'row security', `${SOUND} alter table shop.planted disable row level security`],
    [
      'row security that does not bind the owner',
      'row security',
      `${SOUND} alter table shop.planted no force row level security`,
    ],
    ['a table without its policy', 'policy', `${SOUND} drop policy tenant on shop.planted`],
    [
      'a policy that compares something else',
      'policy',
      `${SOUND} alter policy tenant on shop.planted using (tenant_id is not null)`,
    ],
    ['a policy that shows everything besides', 'policy', `${SOUND} create policy extra on shop.planted using (true)`],
    [
      'a policy that shows a login everything',
      'policy',
      `${SOUND} create policy extra on shop.planted to shop_service using (true)`,
    ],
    [
      'a control table that is open',
      'policy',
      `create policy extra on shop.lookup using (true)`,
      `drop policy extra on shop.lookup`,
    ],
    [
      'a tenant that may be null',
      'owner column',
      `${SOUND} alter table shop.planted drop constraint planted_pkey; alter table shop.planted alter tenant_id drop not null`,
    ],
    [
      'a key without the tenant',
      'primary key',
      `${SOUND} alter table shop.planted drop constraint planted_pkey, add primary key (id)`,
    ],
    [
      'a key that starts with something else',
      'primary key',
      `${SOUND} alter table shop.planted drop constraint planted_pkey, add primary key (id, tenant_id)`,
    ],
    ['no key', 'primary key', `${SOUND} alter table shop.planted drop constraint planted_pkey`],
    ['uniqueness across tenants', 'unique', `${SOUND} alter table shop.planted add unique (code)`],
    ['a unique index across tenants', 'unique', `${SOUND} create unique index on shop.planted (lower(code))`],
    [
      'a reference without the tenant',
      'foreign key',
      `${SOUND} create unique index on shop.planted (id, tenant_id);
      create table shop.child (tenant_id uuid not null, id uuid not null, primary key (tenant_id, id),
        foreign key (id, tenant_id) references shop.planted (id, tenant_id));
      alter table shop.child owner to shop_owner; set role shop_owner; call platform.tenant_table('shop.child'); reset role;`,
      'drop table shop.child',
    ],
    ['a column without a class', 'unclassified', `${SOUND} alter table shop.planted add secret text`],
    ['truncate, which no policy limits', 'grant', `${SOUND} grant truncate on shop.planted to shop_service`],
    ['a grant to everybody', 'grant', `${SOUND} grant select on shop.planted to public`],
    [
      'a login that makes tables',
      'schema',
      `grant create on schema shop to shop_service`,
      `revoke create on schema shop from shop_service`,
    ],
    [
      'a view with a superuser’s rights',
      'view',
      `${SOUND} create view shop.peek as select * from shop.planted`,
      'drop view shop.peek',
    ],
    [
      'a materialized view',
      'view',
      `${SOUND} create materialized view shop.copy as select * from shop.planted`,
      'drop materialized view shop.copy',
    ],
    [
      'a function that trusts the caller’s search_path',
      'function',
      `create function shop.f() returns int language sql security definer return 1; revoke all on function shop.f from public`,
      'drop function shop.f',
    ],
    [
      'a function with rights for everybody',
      'function',
      `create function shop.f() returns int language sql security definer set search_path = pg_catalog return 1; grant execute on function shop.f to public`,
      'drop function shop.f',
    ],
    ['a role that bypasses', 'role', `create role shop_strong bypassrls`, 'drop role shop_strong'],
    ['a login that owns tables', 'role', `${SOUND} alter table shop.planted owner to shop_service`],
    ['a login that makes roles', 'role', `create role shop_maker login createrole`, 'drop role shop_maker'],
    [
      'a login that inherits',
      'membership',
      `create role shop_t9; create role shop_heir login; grant shop_t9 to shop_heir with inherit true`,
      'drop role shop_heir; drop role shop_t9',
    ],
  ])('finds %s', async (_, check, plant, remove = '') => {
    await database.admin(plant);
    const findings = await doctor(database.adminUrl);
    await clear(remove);
    expect(findings.map((finding) => finding.check)).toContain(check);
    expect(await doctor(database.adminUrl)).toEqual([]);
  });
});

describe('a login', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
  });
  afterAll(() => database?.drop());

  it('is safe as the migration makes it, with the roles of its jobs', async () => {
    await expect(database.doors('shop').assertSafeLogin()).resolves.toBeUndefined();
  });

  it.each([
    ['is a superuser', 'alter role $r superuser'],
    ['bypasses row-level security', 'alter role $r bypassrls'],
    ['creates roles', 'alter role $r createrole'],
    ['inherits a role', 'grant shop_relay to $r with inherit true'],
    ['owns tables', 'grant shop_owner to $r with inherit false, set true'],
    ['owns tables', 'create table public.mine (); alter table public.mine owner to $r'],
    ['may become', 'grant pg_read_all_data to $r with inherit false, set true'],
  ])('is refused when it %s', async (problem, make) => {
    const role = 'shop_unsafe';
    await database.admin(`create role ${role} login password 'test'`);
    try {
      await database.admin(make.replaceAll('$r', role));
      const url = database.urlFor('shop').replace('shop_service', role);
      await expect(database.doors('shop', { url }).assertSafeLogin()).rejects.toThrow(problem);
    } finally {
      await database.admin(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it('is refused when it is the administrator’s', async () => {
    await expect(database.doors('shop', { url: database.adminUrl }).assertSafeLogin()).rejects.toThrow(
      'is a superuser',
    );
  });
});
