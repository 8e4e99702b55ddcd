import { Fault, type TenantContext } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import { Cells } from '../cells.js';
import { raw, sql } from '../sql.js';
import { type Access, PostgresTenantDatabase } from '../tenant-database.js';
import { SHOP } from '../testing/shop.js';
import { fixedStep } from './steps.js';

const SETTINGS = {
  default_transaction_read_only: 'on',
  search_path: 'shop',
  statement_timeout: '60000',
  idle_in_transaction_session_timeout: '60000',
};
const LIMITS = {
  name: 'test',
  acquireTimeoutMs: 60_000,
  connectTimeoutMs: 60_000,
  maxAgeMs: 60_000,
  maxUses: 100_000,
  maxIdleMs: 60_000,
  statements: 20,
};

async function drain(batches: AsyncIterable<object[]>): Promise<void> {
  for await (const batch of batches) {
    expect(batch).not.toEqual([]);
  }
}

const STATE = `select current_user, current_setting('search_path') as search_path,
  current_setting('statement_timeout') as timeout, pg_backend_pid() as pid,
  ${['tenant_id', 'person_id', 'actor_id', 'actor_role', 'purpose']
    .map((name) => `coalesce(current_setting('app.${name}', true), '') as ${name}`)
    .join()}`;
const UNTOUCHED = {
  current_user: 'shop_service',
  search_path: 'shop',
  timeout: '1min',
  tenant_id: '',
  person_id: '',
  actor_id: '',
  actor_role: '',
  purpose: '',
};

describe('a pooled session', () => {
  let database: TestDatabase;
  let a: string;
  let b: string;
  const opened: Cells[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    [a, b] = [await database.addTenant(), await database.addTenant()];
    await database.admin(
      `insert into shop.thing (tenant_id, id, name)
      select t, uuidv7(), 'thing ' || n from unnest($1::uuid[]) t, generate_series(1, 1200) n`,
      [[a, b]],
    );
    await database.admin(`do $$ begin create role shop_in_schema; exception when duplicate_object then null; end $$`);
    await database.admin('grant shop_in_schema to shop_service with inherit false');
    await database.admin('grant usage on schema shop to shop_in_schema');
    await database.admin('grant select on shop.thing to shop_in_schema');
  });
  afterAll(async () => {
    await Promise.all(opened.map((cells) => cells.close()));
    await database?.drop();
  });

  function open(
    maxConnections: number,
    limits: Partial<typeof LIMITS> = {},
    settings: Partial<typeof SETTINGS> = {},
  ): { cells: Cells; tenants: PostgresTenantDatabase } {
    const cells = new Cells(
      { home: database.urlFor('shop') },
      { ...LIMITS, ...limits, maxConnections, settings: { ...SETTINGS, ...settings } },
    );
    opened.push(cells);
    return { cells, tenants: new PostgresTenantDatabase({ service: 'shop', cells, observe: undefined }) };
  }

  async function stateOf(cells: Cells): Promise<Record<string, unknown>> {
    const connection = await cells.home.acquire();
    try {
      const [result] = await connection.fly([fixedStep(STATE, [], false)]);
      return result!.rows[0] as Record<string, unknown>;
    } finally {
      cells.home.release(connection);
    }
  }

  const everything: Access = {
    role: 'shop_in_schema',
    searchPath: ['shop', 'pg_temp'],
    statementTimeoutMs: 300,
    actor: true,
  };
  const slow = sql`select pg_sleep(30)`;
  const cancelled = (tenantId: string, afterMs: number): TenantContext =>
    testContext(tenantId, { signal: AbortSignal.timeout(afterMs) });

  it.each<[string, (tenants: PostgresTenantDatabase) => Promise<unknown>]>([
    ['a read', (tenants) => tenants.query(testContext(a), sql`select 1`, everything)],
    ['a failed read', (tenants) => tenants.query(testContext(a), sql`select 1 / 0`, everything)],
    ['a read that does not parse', (tenants) => tenants.query(testContext(a), sql`selec`, everything)],
    ['a read that timed out', (tenants) => tenants.query(testContext(a), slow, everything)],
    ['a cancelled read', (tenants) => tenants.query(cancelled(a, 100), slow, everything)],
    ['a transaction', (tenants) => tenants.transaction(testContext(a), (tx) => tx.query(sql`select 1`), everything)],
    [
      'a failed transaction',
      (tenants) => tenants.transaction(testContext(a), (tx) => tx.query(sql`selec`), everything),
    ],
    [
      'a thrown error',
      (tenants) => tenants.transaction(testContext(a), () => Promise.reject(new Error('no')), everything),
    ],
    [
      'a transaction that timed out',
      (tenants) => tenants.transaction(testContext(a), (tx) => tx.query(slow), everything),
    ],
    [
      'a cancelled transaction',
      (tenants) => tenants.transaction(cancelled(a, 100), (tx) => tx.query(slow), everything),
    ],
    [
      'work that is stuck elsewhere',
      (tenants) => tenants.transaction(cancelled(a, 100), () => new Promise(() => undefined)),
    ],
    ['a stream', (tenants) => drain(tenants.stream(testContext(a), sql`select 1`, 10, everything))],
    [
      'a stream that was left',
      async (tenants) => {
        for await (const batch of tenants.stream(testContext(a), sql`select * from shop.thing`, 10, everything)) {
          return batch;
        }
        return [];
      },
    ],
    ['a cancelled stream', (tenants) => drain(tenants.stream(cancelled(a, 100), slow, 10))],
  ])('carries nothing over from %s, and is not lost', async (_, work) => {
    const { cells, tenants } = open(1);
    const { pid } = await stateOf(cells);
    await work(tenants).catch(() => undefined);
    expect(await stateOf(cells)).toEqual({ ...UNTOUCHED, pid });
  });

  it('is replaced when Postgres ended it for idling in a transaction, and its work is told', async () => {
    const { cells, tenants } = open(1, {}, { idle_in_transaction_session_timeout: '200' });
    const before = await stateOf(cells);
    const idle = tenants.transaction(testContext(a), async (tx) => {
      await tx.query(sql`select 1`);
      await new Promise(() => undefined);
    });
    await expect(idle).rejects.toMatchObject({ reason: 'unavailable' });
    const after = await stateOf(cells);
    expect(after).toEqual({ ...UNTOUCHED, pid: expect.any(Number) });
    expect(after.pid).not.toBe(before.pid);
  });

  it('is replaced when it is killed while it serves somebody', async () => {
    const { cells, tenants } = open(1);
    const told = expect(tenants.query(testContext(a), slow)).rejects.toMatchObject({ reason: 'unavailable' });
    const { pid } = await untilRunning();
    await database.admin('select pg_terminate_backend($1)', [pid]);
    await told;
    await expect(stateOf(cells)).resolves.toMatchObject(UNTOUCHED);
  });

  it('is replaced after its uses', async () => {
    const { cells } = open(1, { maxUses: 2 });
    const pids = [await stateOf(cells), await stateOf(cells), await stateOf(cells)].map((state) => state.pid);
    expect(pids[1]).toBe(pids[0]);
    expect(pids[2]).not.toBe(pids[0]);
  });

  async function untilRunning(): Promise<{ pid: number }> {
    for (let tries = 0; tries < 2_000; tries++) {
      const [running] = await database.admin<{ pid: number }>(`select pid from pg_stat_activity
        where query like '%pg_sleep%' and state = 'active' and usename = 'shop_service' and datname = current_database()`);
      if (running) {
        return running;
      }
    }
    throw new Error('the statement never ran');
  }

  it('never mixes tenants: 200 queries of 20 tenants at once on 4 connections', async () => {
    const { tenants } = open(4);
    const ids = await Promise.all(Array.from({ length: 20 }, () => database.addTenant()));
    const plant = 'insert into shop.thing (tenant_id, id, name) select t, uuidv7(), t::text from unnest($1::uuid[]) t';
    await database.admin(plant, [ids]);
    const isCancelled = (i: number): boolean => i % 7 === 0;
    const isFailing = (i: number): boolean => i % 5 === 0;
    const ask = async (i: number): Promise<string[]> => {
      const ctx = testContext(ids[i % ids.length]!, isCancelled(i) ? { signal: AbortSignal.timeout(i % 3) } : {});
      const statement = sql`select name, 1 / ${raw(isFailing(i) ? '0' : '1')} from shop.thing`;
      const access = {
        ...(i % 3 === 0 ? { role: 'shop_in_schema', searchPath: ['shop'] } : {}),
      };
      const rows =
        i % 4 === 0
          ? await tenants.transaction(ctx, (tx) => tx.query<{ name: string }>(statement), access)
          : await tenants.query<{ name: string }>(ctx, statement, access);
      return rows.map((row) => row.name);
    };
    const outcomes = await Promise.allSettled(Array.from({ length: 200 }, (_, i) => ask(i)));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') {
        expect(outcome.value).toEqual([ids[i % ids.length]]);
      } else {
        expect(isCancelled(i) || isFailing(i)).toBe(true);
        expect(outcome.reason).toBeInstanceOf(Fault);
      }
    }
  });

  it('gives a cancelled caller the reason, at once, and stops the statement in Postgres', async () => {
    const { tenants } = open(1);
    const controller = new AbortController();
    const read = tenants.query(testContext(a, { signal: controller.signal }), sql`select pg_sleep(30)`, {
      statementTimeoutMs: 30_000,
    });
    await untilRunning();
    controller.abort(new Fault('tenant-suspended'));
    await expect(read).rejects.toMatchObject({ reason: 'tenant-suspended' });
    const left = await database.admin(
      `select from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and usename = 'shop_service'`,
    );
    expect(left).toEqual([]);
  });

  it('refuses a caller whose turn does not come', async () => {
    const { cells, tenants } = open(1, { acquireTimeoutMs: 50 });
    const connection = await cells.home.acquire();
    await expect(tenants.query(testContext(a), sql`select 1`)).rejects.toMatchObject({
      reason: 'unavailable',
      retryAfterS: 1,
    });
    await expect(tenants.query(cancelled(a, 10), sql`select 1`)).rejects.toMatchObject({ reason: 'cancelled' });
    cells.home.release(connection);
    await expect(tenants.query(testContext(a), sql`select 1 as one`)).resolves.toEqual([{ one: 1 }]);
  });
});
