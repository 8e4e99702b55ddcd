import { newId } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import pg from 'pg';
import type { Doors } from './doors.js';
import { sql } from './sql.js';
import { SHOP, ThingRow } from './testing/shop.js';

describe('isolation', () => {
  let database: TestDatabase;
  let doors: Doors;
  let a: string;
  let b: string;
  let thingOfB: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    doors = database.doors('shop');
    [a, b] = [await database.addTenant(), await database.addTenant()];
    await addThing(a, 'of A');
    thingOfB = await addThing(b, 'of B');
  });
  afterAll(() => database?.drop());

  async function addThing(tenantId: string, name: string): Promise<string> {
    const id = newId();
    const row = { id, name, createdAt: new Date() };
    await doors.tenants.transaction(testContext(tenantId), (tx) => tx.insert(ThingRow, row));
    return id;
  }

  /** A session of the service's own login, without any door. */
  async function withLogin<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: database.urlFor('shop') });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  it('shows each tenant its own rows and no others', async () => {
    const names = sql`select name from shop.thing`;
    expect(await doors.tenants.query(testContext(a), names)).toEqual([{ name: 'of A' }]);
    expect(await doors.tenants.query(testContext(b), names)).toEqual([{ name: 'of B' }]);
  });

  it('finds nothing for a tenant in another’s rows, even by their id', async () => {
    const read = sql`select 1 from shop.thing where id = ${thingOfB}`;
    expect(await doors.tenants.query(testContext(a), read)).toEqual([]);
    expect(
      await doors.tenants.transaction(testContext(a), (tx) => tx.findOne(ThingRow, { id: thingOfB })),
    ).toBeUndefined();
  });

  it('changes and deletes nothing of another tenant', async () => {
    const touched = await doors.tenants.transaction(testContext(a), async (tx) => [
      await tx.execute(sql`update shop.thing set name = 'taken' where id = ${thingOfB}`),
      await tx.execute(sql`delete from shop.thing where tenant_id = ${b}`),
    ]);
    expect(touched).toEqual([0, 0]);
    expect(await database.count('shop.thing', b)).toBe(1);
  });

  it('refuses to insert a row of another tenant, and to hand one over', async () => {
    const row = { tenantId: b, id: newId(), name: 'planted', createdAt: new Date() };
    const insert = doors.tenants.transaction(testContext(a), (tx) => tx.insert(ThingRow, row));
    await expect(insert).rejects.toMatchObject({ reason: 'forbidden' });
    const handOver = doors.tenants.transaction(testContext(a), (tx) =>
      tx.execute(sql`update shop.thing set tenant_id = ${b}`),
    );
    await expect(handOver).rejects.toMatchObject({ reason: 'forbidden' });
    expect(await database.count('shop.thing', b)).toBe(1);
  });

  it('does not tell by a foreign key whether another tenant’s row exists', async () => {
    const reference = (thingId: string) =>
      doors.tenants.transaction(testContext(a), (tx) =>
        tx.execute(sql`insert into shop.part values (${a}, ${newId()}, ${thingId})`),
      );
    const existing = await reference(thingOfB).catch((error: unknown) => error);
    const random = await reference(newId()).catch((error: unknown) => error);
    expect(existing).toMatchObject({ reason: 'foreign-key-violation' });
    expect(existing).toEqual(random);
  });

  it('does not tell by a unique constraint what another tenant has', async () => {
    await expect(addThing(a, 'of B')).resolves.toEqual(expect.any(String));
    await expect(addThing(a, 'OF B')).rejects.toMatchObject({ reason: 'unique-violation' });
    await database.admin(`delete from shop.thing where tenant_id = $1 and name = 'of B'`, [a]);
  });

  it('shows nothing and accepts nothing without a tenant', async () => {
    await withLogin(async (client) => {
      expect((await client.query('select * from shop.thing')).rows).toEqual([]);
      expect((await client.query('delete from shop.thing')).rowCount).toBe(0);
      const insert = client.query('insert into shop.thing (tenant_id, id, name) values ($1, $2, $3)', [
        a,
        newId(),
        'x',
      ]);
      await expect(insert).rejects.toMatchObject({ code: '42501' });
    });
  });

  it('still shows nothing after a tenant’s transaction has ended on the session', async () => {
    await withLogin(async (client) => {
      await client.query('begin');
      await client.query(`select set_config('app.tenant_id', $1, true)`, [a]);
      expect((await client.query('select name from shop.thing')).rows).toEqual([{ name: 'of A' }]);
      await client.query('commit');
      expect((await client.query('select name from shop.thing')).rows).toEqual([]);
    });
  });

  it('binds the owner of a table as well', async () => {
    await database.admin('set role shop_owner');
    const seen = await database.admin('with _ as (select set_config($1, $2, true)) select 1 from shop.thing', [
      'x.y',
      '',
    ]);
    await database.admin('reset role');
    expect(seen).toEqual([]);
  });

  it('shows each person their own rows and no others', async () => {
    const [ann, bob] = [testContext(a), testContext(a)];
    for (const person of [ann, bob]) {
      const row = sql`insert into shop.profile values (${person.actor.id}, ${person === ann ? 'Ann' : 'Bob'})`;
      await doors.persons.transaction(person, (tx) => tx.execute(row));
    }
    const read = sql`select nickname from shop.profile`;
    expect(await doors.persons.query(ann, read)).toEqual([{ nickname: 'Ann' }]);
    expect(await doors.persons.query(ann, read, bob.actor.id)).toEqual([{ nickname: 'Bob' }]);
    expect(await doors.tenants.query(ann, read)).toEqual([]);
    for await (const batch of doors.persons.stream(ann, read)) {
      expect(batch).toEqual([{ nickname: 'Ann' }]);
    }
  });

  it('has no personal rows for a key or a service', () => {
    const key = testContext(a, { actor: { kind: 'key', id: newId(), role: null } });
    expect(() => doors.persons.query(key, sql`select 1`)).toThrow(expect.objectContaining({ reason: 'forbidden' }));
  });

  it('opens a control table to the jobs it names, with the rights it gives them', async () => {
    const insert = sql`insert into shop.lookup values ('ann@example.com', ${newId()})`;
    const read = sql`select email from shop.lookup`;
    await doors.control.job('shop_register').query(insert);
    expect(await doors.control.job('shop_signin').query(read)).toEqual([{ email: 'ann@example.com' }]);
    await expect(doors.control.job('shop_signin').query(insert)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(doors.control.job('shop_relay').query(read)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(doors.tenants.query(testContext(a), read)).rejects.toMatchObject({ reason: 'forbidden' });
  });

  it('lets a job look across tenants only where it was given access', async () => {
    const count = doors.control.job('shop_count');
    expect(await count.query(sql`select name from shop.thing order by name`)).toEqual([
      { name: 'of A' },
      { name: 'of B' },
    ]);
    await expect(count.query(sql`select 1 from shop.part`)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(count.query(sql`delete from shop.thing`)).rejects.toMatchObject({ reason: 'forbidden' });
    expect(() => doors.control.job('tenants_registry')).toThrow(TypeError);
  });

  it('writes only in a transaction, so that the tenant’s status is always asked', async () => {
    const write = sql`delete from shop.thing returning id`;
    await expect(doors.tenants.query(testContext(a), write)).rejects.toMatchObject({ sqlstate: '25006' });
    expect(await database.count('shop.thing', a)).toBe(1);
  });

  it('never changes an append-only table, whoever asks', async () => {
    const ctx = testContext(a);
    await doors.tenants.transaction(ctx, (tx) => tx.execute(sql`insert into shop.ledger values (${a}, 1)`));
    const change = doors.tenants.transaction(ctx, (tx) => tx.execute(sql`update shop.ledger set entry = 2`));
    await expect(change).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(database.admin('delete from shop.ledger')).rejects.toThrow('only grows');
    await expect(database.admin('truncate shop.ledger')).rejects.toThrow('only grows');
  });

  it('gives a service’s roles nothing of the platform but what they need', async () => {
    await withLogin(async (client) => {
      for (const attempt of [
        `select platform.set_tenant_status('${a}', 'active', 'pool', 'home', 99)`,
        `select platform.register_table('shop.thing', 'control', null, '{}', null)`,
        `call platform.admit_service('shop', '{}')`,
        `update platform.tenant_status set status = 'active'`,
        `delete from platform.column_class`,
        `select * from platform.migration`,
        `create table shop.mine (id int)`,
      ]) {
        await expect(client.query(attempt)).rejects.toMatchObject({ code: '42501' });
      }
      expect((await client.query('select * from platform.tenant_status')).rows).toEqual([]);
    });
  });
});
