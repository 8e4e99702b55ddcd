import { Fault, newId } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import type { Doors } from './doors.js';
import { onForeignKey, onUnique } from './faults.js';
import { sql } from './sql.js';
import { SHOP, ThingAdded, ThingRow } from './testing/shop.js';
import type { Transaction } from './transaction.js';

describe('a transaction', () => {
  let database: TestDatabase;
  let doors: Doors;
  let a: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    doors = database.doors('shop', { maxConnections: 8 });
  });
  beforeEach(async () => {
    a = await database.addTenant();
  });
  afterAll(() => database?.drop());

  const thing = (name: string): Partial<ThingRow> => ({ id: newId(), name, createdAt: new Date() });

  it('reads back through TypeORM what it wrote, types and all', async () => {
    const row = { ...thing('Harbour'), amount: 9_007_199_254_740_993n, tags: ['x', { y: 1 }] };
    const found = await doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.insert(ThingRow, row);
      return tx.findOne(ThingRow, { name: 'Harbour' });
    });
    expect(found).toEqual({ ...row, tenantId: a });
    expect(found).toBeInstanceOf(ThingRow);
  });

  it('finds by values, by any of several, by absence, in order, in pages', async () => {
    const names = await doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.insert(ThingRow, ['c', 'a', 'b', 'd'].map(thing));
      const pages = [
        await tx.find(ThingRow, { name: ['a', 'b', 'zzz'] }, { orderBy: { name: 'desc' } }),
        await tx.find(ThingRow, { tags: null }, { orderBy: { name: 'asc' }, limit: 2, offset: 1 }),
      ];
      return pages.map((rows) => rows.map((row) => row.name));
    });
    expect(names).toEqual([
      ['b', 'a'],
      ['b', 'c'],
    ]);
  });

  it('does not take a missing value for any value', async () => {
    const find = doors.tenants.transaction(testContext(a), (tx) => tx.find(ThingRow, { name: undefined }));
    await expect(find).rejects.toThrow(TypeError);
  });

  it('keeps everything or nothing', async () => {
    const work = doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.insert(ThingRow, thing('kept?'));
      throw new Fault('conflict');
    });
    await expect(work).rejects.toMatchObject({ reason: 'conflict' });
    expect(await database.count('shop.thing', a)).toBe(0);
  });

  it('does not commit after a failed statement, even when its error was swallowed', async () => {
    const work = doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.insert(ThingRow, thing('first'));
      await tx.query(sql`select 1 / 0`).catch(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ reason: 'invalid-input' });
    expect(await database.count('shop.thing', a)).toBe(0);
  });

  it('begins with its first statement, so that work that waits before it holds nothing open', async () => {
    const open = async (): Promise<number> => {
      const [found] = await database.admin<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
      );
      return found!.count;
    };
    const counts = await doors.tenants.transaction(testContext(a), async (tx) => {
      const before = await open();
      await tx.query(sql`select 1`);
      return [before, await open()];
    });
    expect(counts).toEqual([0, 1]);
  });

  it('keeps its last statements with its events, and nothing at all when one of them raises', async () => {
    const insert = (name: string) =>
      sql`insert into shop.thing (tenant_id, id, name, created_at) values (${a}, ${newId()}, ${name}, now())`;
    await doors.tenants.transaction(testContext(a), (tx) => {
      tx.finish(insert('kept'));
      return Promise.resolve(tx.publish(new ThingAdded({ name: 'kept' })));
    });
    const failing = doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.execute(insert('undone'));
      tx.finish(sql`select 1 / 0`);
      tx.publish(new ThingAdded({ name: 'undone' }));
    });
    await expect(failing).rejects.toMatchObject({ reason: 'invalid-input' });
    expect([await database.count('shop.thing', a), await database.count('shop.outbox', a)]).toEqual([1, 1]);
  });

  it('undoes a savepoint with its rows and events, and goes on', async () => {
    await doors.tenants.transaction(testContext(a), async (tx) => {
      await tx.insert(ThingRow, thing('outer'));
      await tx
        .savepoint(async () => {
          tx.publish(new ThingAdded({ name: 'inner' }));
          await tx.insert(ThingRow, thing('OUTER'));
        })
        .catch(onUnique('thing_name', () => new Fault('conflict')))
        .catch((error: unknown) => expect(error).toMatchObject({ reason: 'conflict' }));
      await tx.savepoint(() => tx.insert(ThingRow, thing('second')));
    });
    expect(await database.count('shop.thing', a)).toBe(2);
    expect(await database.count('shop.outbox', a)).toBe(0);
  });

  it('undoes a savepoint whose first statement is that of the transaction, and one around another', async () => {
    const broken = (tx: Transaction) => tx.savepoint(() => tx.query(sql`select 1 / 0`)).catch(() => undefined);
    await doors.tenants.transaction(testContext(a), async (tx) => {
      await broken(tx);
      await tx
        .savepoint(async () => {
          await tx.savepoint(() => tx.insert(ThingRow, thing('inner')));
          await tx.query(sql`select 1 / 0`);
        })
        .catch(() => undefined);
      await tx.savepoint(() => Promise.resolve());
      await tx.savepoint(() => Promise.reject(new Error('before any statement'))).catch(() => undefined);
      await tx.insert(ThingRow, thing('outer'));
    });
    expect(await database.admin('select name from shop.thing where tenant_id = $1', [a])).toEqual([{ name: 'outer' }]);
  });

  it('keeps nothing when what failed was before the savepoint', async () => {
    const gone = newId();
    const work = doors.tenants.transaction(testContext(gone), (tx) => tx.savepoint(() => tx.query(sql`select 1`)));
    await expect(work).rejects.toMatchObject({ reason: 'not-found' });
  });

  it('answers the rows of each of several statements, in their order', async () => {
    const rows = await doors.tenants.transaction(testContext(a), async (tx) => {
      const [, made, found] = await tx.queryAll([
        sql`select set_config('app.purpose', 'something else', true)`,
        sql`insert into shop.thing (tenant_id, id, name, created_at) values (${a}, ${newId()}, 'made', now()) returning name`,
        sql`select name, current_setting('app.purpose') as purpose from shop.thing`,
      ]);
      return [made, found];
    });
    expect(rows).toEqual([[{ name: 'made' }], [{ name: 'made', purpose: 'something else' }]]);
  });

  it('keeps none of several statements when one fails', async () => {
    const insert = sql`insert into shop.thing (tenant_id, id, name, created_at) values (${a}, ${newId()}, 'undone', now())`;
    const work = doors.tenants.transaction(testContext(a), (tx) =>
      tx.queryAll([insert, insert]).catch(onUnique('thing_pkey', () => new Fault('conflict'))),
    );
    await expect(work).rejects.toMatchObject({ reason: 'conflict' });
    expect(await database.count('shop.thing', a)).toBe(0);
  });

  it('runs statements one after the other, however they are asked for', async () => {
    const numbers = await doors.tenants.transaction(testContext(a), (tx) =>
      Promise.all([1, 2, 3].map((n) => tx.one<{ n: number }>(sql`select ${n}::int as n`))),
    );
    expect(numbers).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('is dead when its work has ended', async () => {
    const left = await doors.tenants.transaction(testContext(a), (tx) => Promise.resolve({ tx }));
    await expect(left.tx.query(sql`select 1`)).rejects.toMatchObject({ reason: 'internal' });
    expect(() => left.tx.publish(new ThingAdded())).toThrow(Fault);
  });

  describe('with faults', () => {
    const failing = (statement: (tx: Transaction) => Promise<unknown>) =>
      doors.tenants.transaction(testContext(a), statement);

    it.each<[string, string, () => Promise<unknown>]>([
      ['unique-violation', '23505', () => failing((tx) => tx.insert(ThingRow, ['secret-1', 'SECRET-1'].map(thing)))],
      [
        'not-null-violation',
        '23502',
        () => failing((tx) => tx.insert(ThingRow, { ...thing('secret-1'), createdAt: null as never })),
      ],
      ['check-violation', '23514', () => failing((tx) => tx.insert(ThingRow, thing('secret-1'.repeat(20))))],
      ['invalid-input', '22P02', () => failing((tx) => tx.query(sql`select ${'secret-1'}::int`))],
      [
        'foreign-key-violation',
        '23503',
        () => failing((tx) => tx.execute(sql`insert into shop.part values (${a}, ${newId()}, ${newId()})`)),
      ],
    ])('answers %s for %s, and never the value', async (reason, sqlstate, work) => {
      const fault = await work().catch((error: unknown) => error);
      expect(fault).toMatchObject({ reason, extra: { sqlstate } });
      expect(JSON.stringify(allOf(fault))).not.toContain('secret-1');
    });

    function allOf(error: unknown): unknown {
      return error instanceof Error ? [error.message, error.stack, { ...error }, allOf(error.cause)] : error;
    }

    it('names the constraints that the caller knows', async () => {
      const taken = failing((tx) =>
        tx
          .insert(ThingRow, [thing('x'), thing('X')])
          .catch(onUnique('thing_name', () => new Fault('conflict', { field: 'name' }))),
      );
      await expect(taken).rejects.toMatchObject({ reason: 'conflict', errors: [{ field: 'name' }] });
      const missing = failing((tx) =>
        tx
          .execute(sql`insert into shop.part values (${a}, ${newId()}, ${newId()})`)
          .catch(onForeignKey('part_thing', () => new Fault('not-found'))),
      );
      await expect(missing).rejects.toMatchObject({ reason: 'not-found' });
    });

    it('passes a mistake in a statement on as a bug, with what it takes to find it', async () => {
      const error = await failing((tx) => tx.query(sql`select nothing_like_it from shop.thing`)).catch(
        (e: unknown) => e,
      );
      expect(error).not.toBeInstanceOf(Fault);
      expect(error).toMatchObject({ sqlstate: '42703', message: expect.stringContaining('nothing_like_it') });
    });
  });
});
