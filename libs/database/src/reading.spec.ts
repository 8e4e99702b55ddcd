import { TestDatabase, testContext } from '@tenantry/testing/database';
import { Cells } from './cells.js';
import { raw, sql } from './sql.js';
import { PostgresTenantDatabase } from './tenant-database.js';
import { SHOP } from './testing/shop.js';

const STATEMENTS = 20;
const MINUTE_MS = 60_000;

describe('reading', () => {
  let database: TestDatabase;
  let cells: Cells;
  let tenants: PostgresTenantDatabase;
  let a: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    a = await database.addTenant();
    await database.admin(
      `insert into shop.thing (tenant_id, id, name) select t, uuidv7(), 'thing ' || n
       from unnest($1::uuid[]) t, generate_series(1, 1200) n`,
      [[a, await database.addTenant()]],
    );
    cells = new Cells(
      { home: database.urlFor('shop') },
      {
        name: 'test',
        maxConnections: 1,
        acquireTimeoutMs: MINUTE_MS,
        connectTimeoutMs: MINUTE_MS,
        maxAgeMs: MINUTE_MS,
        maxUses: 100_000,
        maxIdleMs: MINUTE_MS,
        statements: STATEMENTS,
        settings: {},
      },
    );
    tenants = new PostgresTenantDatabase({ service: 'shop', cells, observe: undefined });
  });
  afterAll(async () => {
    await cells?.close();
    await database?.drop();
  });

  it('prepares each statement once, and closes those it has not used for long', async () => {
    for (let i = 0; i < 60; i++) {
      await tenants.query(testContext(a), sql`select ${raw(String(i % 30))} as n, ${i}::int as v`);
    }
    const count = { text: 'select count(*)::int as n from pg_prepared_statements', values: [], key: null };
    const connection = await cells.home.acquire();
    const [result] = await connection.fly([count]);
    cells.home.release(connection);
    expect(result!.rows).toEqual([{ n: STATEMENTS }]);
  });

  it('goes on after a table changed under a prepared statement', async () => {
    await database.admin('create table shop.shifting (tenant_id uuid not null, id int, primary key (tenant_id, id))');
    await database.admin('grant select on shop.shifting to shop_service');
    const read = sql`select * from shop.shifting`;
    expect(await tenants.query(testContext(a), read)).toEqual([]);
    await database.admin('insert into shop.shifting values ($1, 1)', [a]);
    await database.admin(`alter table shop.shifting add note text default 'new'`);
    expect(await tenants.query(testContext(a), read)).toEqual([{ tenant_id: a, id: 1, note: 'new' }]);
  });

  it('streams all rows of the tenant in batches', async () => {
    const sizes: number[] = [];
    for await (const batch of tenants.stream(
      testContext(a),
      sql`select name from shop.thing where name like ${'thing%'}`,
      500,
    )) {
      sizes.push(batch.length);
    }
    expect(sizes).toEqual([500, 500, 200]);
  });
});
