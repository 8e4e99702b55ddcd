import { createProductTable, getKeyRotation, type KeyRotation, rotateTenantKey } from '@tenantry/contracts';
import { sql, type Transaction } from '@tenantry/database';
import { eventually, InMemoryBus, type Tenants } from '@tenantry/testing';
import { dataService } from '../data.module.js';
import { dataProviders, dataTenants, RowsClient } from '../testing/data.fixture.js';

const columns = [
  { name: 'id', type: 'integer', primaryKey: true },
  { name: 'name', type: 'text' },
  { name: 'ssn', type: 'text', classification: 'phi', searchable: true },
  { name: 'pin', type: 'integer', classification: 'secret' },
];
const people = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ id: from + n, name: 'x', ssn: `s-${from + n}`, pin: from + n }));

describe('rotating a tenant’s keys', () => {
  const t = dataTenants();

  const rotate = (rows: RowsClient): Promise<KeyRotation> => t.bus.call(rotateTenantKey, {}, rows.context());
  const look = (rows: RowsClient, { id: rotationId }: KeyRotation): Promise<KeyRotation> =>
    t.bus.call(getKeyRotation, { rotationId }, rows.context());
  const work = (): Promise<void> => t.bus.runSchedule('key-rotation');
  /** As if the time for writes that began before had passed. */
  const settle = (): Promise<unknown> =>
    t.database.admin(`update data.key_rotation set not_before = now() - interval '1 hour' where finished_at is null`);
  const finish = async (): Promise<void> => {
    for (let passes = 0; passes < 3; passes++) {
      await work();
      await settle();
    }
  };
  const versionsIn = async (table: string): Promise<string[]> => {
    const found = await t.database.admin<{ version: string }>(
      `select distinct split_part(v, '.', 3) as version from ${table}, unnest(array[ssn, pin]) v where v is not null order by 1`,
    );
    return found.map(({ version }) => version);
  };
  const find = async (rows: RowsClient, table: string, ssn: string): Promise<unknown> =>
    (await rows.search(table, `ssn=eq.${ssn}&select=id,ssn,pin`)).json;

  it('goes on under everybody’s reads, writes and searches, and leaves nothing under the old keys', async () => {
    await t.bus.call(createProductTable, { name: 'charts', columns }, t.staff);
    await t.bus.runSchedule('product-rollout');
    for (const rows of [t.pool, t.schema]) {
      await rows.createTable({ name: 'people', columns });
      await rows.post('charts', people(1, 3));
      await rows.post('people', people(1, 3));
      await rows.post('people', { id: 9, ssn: null });
    }
    const [ofPool, ofSchema] = [await rotate(t.pool), await rotate(t.schema)];
    expect(ofPool).toMatchObject({ keyVersion: 2, state: 'running', tablesTotal: 2, tablesDone: 0, rowsDone: 0n });
    expect(await find(t.pool, 'people', 's-2')).toEqual([{ id: 2, ssn: 's-2', pin: 2 }]);
    await t.pool.post('people', people(4, 4));
    expect(await find(t.pool, 'people', 's-4')).toEqual([{ id: 4, ssn: 's-4', pin: 4 }]);
    await work();
    expect(await look(t.pool, ofPool)).toMatchObject({ state: 'settling', tablesDone: 2, rowsDone: 6n });
    expect(await find(t.pool, 'charts', 's-3')).toEqual([{ id: 3, ssn: 's-3', pin: 3 }]);
    await finish();
    for (const [rows, rotation] of [
      [t.pool, ofPool],
      [t.schema, ofSchema],
    ] as const) {
      expect(await look(rows, rotation)).toMatchObject({ state: 'done', rowsDone: 6n, finishedAt: expect.any(Date) });
      expect(await versionsIn(`"${t.schemaOf(rows.id)}".people`)).toEqual(['2']);
      expect(await find(rows, 'people', 's-1')).toEqual([{ id: 1, ssn: 's-1', pin: 1 }]);
      expect(await find(rows, 'charts', 's-1')).toEqual([{ id: 1, ssn: 's-1', pin: 1 }]);
      const keys = 'select version from platform.index_key where tenant_id = $1';
      expect(await t.database.admin(keys, [rows.id])).toEqual([{ version: 2 }]);
    }
  });

  it('is told in two events, and as no change of any row', async () => {
    await t.pool.createTable({ name: 'people', columns });
    await t.pool.post('people', people(1, 2));
    const before = (await t.outbox()).length;
    const { id: rotationId } = await rotate(t.pool);
    await finish();
    expect((await t.outbox()).slice(before)).toEqual([
      { type: 'TenantKeyRotated', tenantId: t.b.id, rotationId, keyVersion: 2, changes: [] },
      { type: 'KeyRotationFinished', tenantId: t.b.id, rotationId, keyVersion: 2, rows: '2', changes: [] },
    ]);
  });

  it('is the tenant’s own: another tenant keeps its keys and does not see it', async () => {
    await t.schema.createTable({ name: 'people', columns });
    await t.schema.post('people', people(1, 1));
    const rotation = await rotate(t.pool);
    await finish();
    await expect(look(t.schema, rotation)).rejects.toMatchObject({ reason: 'not-found' });
    expect(await versionsIn(`"${t.schemaOf(t.a.id)}".people`)).toEqual(['1']);
  });

  it('is one at a time, and can be done again', async () => {
    const [one, same] = [await rotate(t.pool), await rotate(t.pool)];
    expect(same.id).toBe(one.id);
    await finish();
    expect(await rotate(t.pool)).toMatchObject({ keyVersion: 3, state: 'running' });
  });

  it('goes on after a crash from the batch that was not committed', async () => {
    const place = `"${t.schemaOf(t.b.id)}".people`;
    await t.pool.createTable({ name: 'people', columns });
    await t.pool.post('people', people(1, 900));
    const rotation = await rotate(t.pool);
    const stuck = `from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const crashMeanwhile = async (tx: Transaction): Promise<void> => {
      await tx.query(sql`select from people where id = 700 for update`);
      const crashed = expect(work()).rejects.toThrow('could not be sealed again');
      await eventually(async () => (await t.database.admin(`select ${stuck}`)).length > 0);
      await t.database.admin(`select pg_terminate_backend(pid) ${stuck}`);
      await crashed;
    };
    const access = { role: t.schemaOf(t.b.id), searchPath: [t.schemaOf(t.b.id)] };
    await t.doors.tenants.transaction(t.pool.context(), crashMeanwhile, access);
    expect(await look(t.pool, rotation)).toMatchObject({ state: 'running', rowsDone: 500n });
    expect(await versionsIn(place)).toEqual(['1', '2']);
    await settle();
    await finish();
    expect(await look(t.pool, rotation)).toMatchObject({ state: 'done', rowsDone: 900n });
    expect(await versionsIn(place)).toEqual(['2']);
    expect(await find(t.pool, 'people', 's-700')).toEqual([{ id: 700, ssn: 's-700', pin: 700 }]);
  });

  it.each(['schema', 'pool'] as const)(
    'waits while its tenant is suspended, in %s mode, and nobody else does',
    async (mode) => {
      const [own, other] = mode === 'schema' ? [t.schema, t.pool] : [t.pool, t.schema];
      for (const rows of [own, other]) {
        await rows.createTable({ name: 'people', columns });
        await rows.post('people', people(1, 2));
      }
      const [waiting, going] = [await rotate(own), await rotate(other)];
      t.bus.announce(own.id, { mode, status: 'suspended' });
      await work();
      t.bus.announce(own.id, { mode });
      expect([await look(own, waiting), await look(other, going)]).toMatchObject([{ rowsDone: 0n }, { rowsDone: 2n }]);
      await settle();
      await work();
      expect(await look(own, waiting)).toMatchObject({ rowsDone: 2n });
    },
  );

  it('is noticed at once by another process that still has the old keys', async () => {
    await t.pool.createTable({ name: 'people', columns });
    const doors = t.database.doors('data', { masterKey: new Uint8Array(32).fill(1) });
    const bus = await InMemoryBus.start({ service: dataService, doors, providers: dataProviders() });
    bus.announce(t.b.id);
    bus.agree(t.b.id);
    const other = new RowsClient(Object.create(t, { bus: { value: bus } }) as Tenants, t.b.id);
    await other.post('people', people(1, 2));
    expect(await find(other, 'people', 's-1')).toHaveLength(1);
    await rotate(t.pool);
    await t.pool.patch('people', 'id=eq.1', { ssn: 'new' });
    expect(await find(other, 'people', 'new')).toEqual([{ id: 1, ssn: 'new', pin: 1 }]);
    await other.post('people', people(3, 3));
    const stored = await t.database.admin<{ ssn: string }>(
      `select ssn from "${t.schemaOf(t.b.id)}".people where id = 3`,
    );
    expect(stored[0]!.ssn).toMatch(/^tny1\.t\.2\./);
    await bus.close();
  });
});
