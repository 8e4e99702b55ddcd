import { Fault } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import { Cells } from '../cells.js';
import { isStalePlan } from '../faults.js';
import { type Sql, sql } from '../sql.js';
import { PostgresTenantDatabase } from '../tenant-database.js';
import { SHOP } from '../testing/shop.js';
import type { PgConnection } from './connection.js';
import type { Step, StepResult } from './flight.js';
import { Lane } from './lane.js';
import { Pace } from './pace.js';
import { statementStep, tenantStep } from './steps.js';

const OPTIONS = {
  name: 'lane-spec',
  acquireTimeoutMs: 60_000,
  connectTimeoutMs: 60_000,
  maxAgeMs: 60_000,
  maxUses: 100_000,
  maxIdleMs: 60_000,
  statements: 20,
  maxConnections: 4,
  settings: { default_transaction_read_only: 'on', search_path: 'shop', statement_timeout: '60000' },
};

const names = sql`select string_agg(name, ',') as names from shop.thing`;
const tenant = sql`select current_setting('app.tenant_id', true) as tenant`;
const divided = (divisor: number): Sql => sql`select 1 / ${divisor}::int as quotient`;
const waitingFor = (lock: number): Sql => sql`select pg_advisory_xact_lock_shared(${lock})::text as got`;
const steps = (tenantId: string, statement: Sql): Step[] => [tenantStep(tenantId), statementStep(statement)];

describe('a lane', () => {
  let database: TestDatabase;
  let cells: Cells;
  let connection: PgConnection;
  let pace: Pace;
  let lane: Lane;
  let done: Promise<void>;
  let isDone: boolean;
  let ids: string[];

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    ids = await Promise.all(Array.from({ length: 20 }, () => database.addTenant()));
    const plant = 'insert into shop.thing (tenant_id, id, name) select t, uuidv7(), t::text from unnest($1::uuid[]) t';
    await database.admin(plant, [ids]);
  });
  afterAll(() => database?.drop());
  beforeEach(async () => {
    cells = new Cells({ home: database.urlFor('shop') }, OPTIONS);
    connection = await cells.home.acquire();
    pace = new Pace();
    const { promise, resolve } = Promise.withResolvers<void>();
    isDone = false;
    done = promise;
    lane = new Lane(connection, pace, () => {
      isDone = true;
      resolve();
    });
  });
  afterEach(async () => {
    await connection.close();
    cells.home.release(connection);
    await cells.close();
  });

  const ride = (tenantId: string, statement: Sql, signal: AbortSignal | null = null) =>
    lane.ride(steps(tenantId, statement), { signal });
  const rowOf = (results: readonly StepResult[] | null): unknown => results?.[1]?.rows[0];

  /** Keeps whoever wants this lock waiting, until the answer is called. */
  async function hold(lock: number): Promise<() => Promise<void>> {
    const { promise: end, resolve } = Promise.withResolvers<void>();
    const { promise: held, resolve: tell } = Promise.withResolvers<void>();
    const door = new PostgresTenantDatabase({ service: 'shop', cells, observe: undefined });
    const holder = door.transaction(testContext(ids[0]!), async (tx) => {
      await tx.query(sql`select pg_advisory_xact_lock(${lock})::text`);
      tell();
      await end;
    });
    await held;
    return async () => {
      resolve();
      await holder;
    };
  }

  /** Kills the session that waits for a lock, as soon as there is one. */
  async function killWhoeverWaits(): Promise<void> {
    const kill = `select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = $1 and wait_event_type = 'Lock' and datname = current_database()`;
    for (let tries = 0; tries < 2_000; tries++) {
      if ((await database.admin(kill, [OPTIONS.name])).length > 0) {
        return;
      }
    }
    throw new Error('nobody waited for a lock');
  }

  it('carries the reads of many tenants at once, each with its own rows', async () => {
    const asked = Array.from({ length: 60 }, (_, i) => ids[i % ids.length]!);
    const results = await Promise.all(asked.map((id) => ride(id, names)));
    expect(results.map(rowOf)).toEqual(asked.map((id) => ({ names: id })));
  });

  it('keeps nothing of a tenant for the next, also when its read fails, and a failure is one read’s alone', async () => {
    const outcomes = await Promise.allSettled([
      ride(ids[0]!, divided(0)),
      ride(ids[1]!, tenant),
      ride(ids[2]!, sql`selec`),
      lane.ride([statementStep(tenant)], { signal: null }),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: '22012' } },
      { status: 'fulfilled', value: [{}, { rows: [{ tenant: ids[1] }] }] },
      { status: 'rejected', reason: { code: '42601' } },
      { status: 'fulfilled', value: [{ rows: [{ tenant: '' }] }] },
    ]);
  });

  it('admits no read that names a statement which another read is still preparing', async () => {
    expect(lane.admits(steps(ids[0]!, names))).toBe(true);
    const first = ride(ids[0]!, names);
    expect(lane.admits(steps(ids[1]!, names))).toBe(false);
    await first;
    for (let i = 0; i < 100; i++) pace.learn(names.text, 0.01);
    const second = ride(ids[1]!, names);
    expect(lane.admits(steps(ids[2]!, names))).toBe(true);
    await second;
    expect(lane.admits([{ ...statementStep(names), key: null }])).toBe(false);
  });

  it('admits no read that would wait for long', async () => {
    await ride(ids[0]!, names);
    for (let i = 0; i < 100; i++) pace.learn(names.text, 1.5);
    const riding = [ride(ids[0]!, names)];
    expect(lane.admits(steps(ids[1]!, names))).toBe(true);
    riding.push(ride(ids[1]!, names));
    expect(lane.admits(steps(ids[2]!, names))).toBe(false);
    await Promise.all(riding);
    expect(lane.admits(steps(ids[2]!, names))).toBe(true);
  });

  it('sends everybody behind a read that is held up another way, takes nobody any more, and lets that one end', async () => {
    const release = await hold(1);
    const heldUp = ride(ids[0]!, waitingFor(1));
    const behind = Promise.all(ids.map((id) => ride(id, names)));
    lane.relieve();
    lane.relieve();
    expect(await behind).toEqual(ids.map(() => null));
    expect(lane.admits(steps(ids[0]!, names))).toBe(false);
    expect(isDone).toBe(false);
    await release();
    expect(rowOf(await heldUp)).toEqual({ got: '' });
    await done;
  });

  it('sends everybody another way when its session is killed', async () => {
    const release = await hold(2);
    const riding = Promise.all([ride(ids[0]!, waitingFor(2)), ...ids.map((id) => ride(id, names))]);
    await killWhoeverWaits();
    expect(await riding).toEqual([null, ...ids.map(() => null)]);
    await done;
    await release();
  });

  it('gives an aborted caller whose read is held up the reason at once, and lets the read end', async () => {
    const release = await hold(3);
    const controller = new AbortController();
    const aborted = ride(ids[0]!, waitingFor(3), controller.signal);
    lane.relieve();
    lane.relieve();
    controller.abort(new Fault('tenant-suspended'));
    await expect(aborted).rejects.toMatchObject({ reason: 'tenant-suspended' });
    expect(isDone).toBe(false);
    await release();
    await done;
  });

  it('makes no signal for a read that is short, and finds one that was aborted before the read turned out not to be', async () => {
    const asked: string[] = [];
    const reason = new Fault('cancelled');
    const interest = {
      get signal(): AbortSignal {
        asked.push('signal');
        return AbortSignal.abort(reason);
      },
    };
    expect(rowOf(await lane.ride(steps(ids[0]!, names), interest))).toEqual({ names: ids[0] });
    expect(asked).toEqual([]);
    const release = await hold(4);
    const heldUp = lane.ride(steps(ids[1]!, waitingFor(4)), interest);
    lane.relieve();
    lane.relieve();
    lane.relieve();
    await expect(heldUp).rejects.toBe(reason);
    expect(asked).toEqual(['signal']);
    await release();
    await done;
  });

  it('tells each read whose statement a changed table made stale, and prepares it anew', async () => {
    await database.admin('create table shop.lookalike (id int); grant select on shop.lookalike to shop_service');
    const all = sql`select * from shop.lookalike`;
    await ride(ids[0]!, all);
    await database.admin('alter table shop.lookalike add column more int');
    const outcomes = await Promise.allSettled([ride(ids[0]!, all), ride(ids[1]!, all)]);
    expect(outcomes.map((one) => one.status === 'rejected' && isStalePlan(one.reason))).toEqual([true, true]);
    expect(await ride(ids[0]!, all)).toMatchObject([{}, { rows: [] }]);
  });
});

describe('a pool with lanes', () => {
  let database: TestDatabase;
  const opened: Cells[] = [];
  const open = (maxConnections: number): Cells => {
    const cells = new Cells({ home: database.urlFor('shop') }, { ...OPTIONS, maxConnections });
    opened.push(cells);
    return cells;
  };
  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
  });
  afterAll(async () => {
    await Promise.all(opened.map((cells) => cells.close()));
    await database?.drop();
  });

  it.each([
    [4, 1],
    [3, 0],
  ])('of %i connections has %i: the rest is for those who need one alone', async (maxConnections, lanes) => {
    const pool = open(maxConnections).home;
    const short = [statementStep(sql`select 1 as one`)];
    expect(pool.laneFor(short)).toBeNull(); // nobody knows yet that it is short
    pool.pace.learn(short[0]!.text, 0.1);
    const connection = await pool.acquire();
    expect(pool.laneFor(short)).toBeNull(); // none is free
    pool.release(connection);
    const found = new Set([pool.laneFor(short), pool.laneFor(short)]);
    found.delete(null);
    expect(found.size).toBe(lanes);
    expect(pool.laneFor([statementStep(sql`select pg_sleep(1)`)])).toBeNull();
  });

  it('reads on, whichever way a read takes, while a table changes', async () => {
    const cells = open(4);
    const door = new PostgresTenantDatabase({ service: 'shop', cells, observe: undefined });
    const tenantId = await database.addTenant();
    await database.admin('create table shop.changing (id int); grant select on shop.changing to shop_service');
    await database.admin('insert into shop.changing values (1)');
    const read = (): Promise<object[]> => door.query(testContext(tenantId), sql`select * from shop.changing`);
    for (let column = 1; column <= 5; column++) {
      await database.admin(`alter table shop.changing add column c${column} int default ${column}`);
      const rows = await Promise.all(Array.from({ length: 30 }, read));
      expect(rows.flat().every((row) => `c${column}` in row)).toBe(true);
    }
  });
});
