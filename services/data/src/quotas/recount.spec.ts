import {
  addColumn,
  listCountDrifts,
  listTableUsage,
  recountTables,
  setTableAccess,
  TenantReactivated,
  TenantSuspended,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { dataTenants, requested, type RowsClient } from '../testing/data.fixture.js';
import { currentCounts } from './count.table.js';

const notes = {
  name: 'notes',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'text', type: 'text' },
    { name: 'secret', type: 'text', classification: 'phi' },
  ],
};

describe('A comparison of counts with tables', () => {
  const t = dataTenants();
  beforeEach(async () => {
    await t.schema.createTable(notes);
    await t.pool.createTable(notes);
    for (const rows of [t.schema, t.pool]) await insert(rows, 1, 20);
  });

  const insert = (rows: RowsClient, from: number, to: number) => {
    const numbers = Array.from({ length: to - from + 1 }, (_, n) => from + n);
    return rows.post(
      'notes',
      numbers.map((id) => ({ id, text: `note ${id}`, secret: `s${id}` })),
    );
  };
  const counts = async (rows: RowsClient) => {
    const found = await currentCounts({ query: (sql) => t.doors.tenants.query(rows.context(), sql) }, 'UTC');
    const { rows: count, bytes } = found.find(({ table }) => table === 'notes')!;
    return { rows: count, bytes };
  };
  const truth = async (rows: RowsClient) => {
    const [found] = await t.database.admin<{ rows: bigint; bytes: bigint }>(
      `select count(*) as rows, sum(octet_length(n::text))::bigint as bytes from "${t.schemaOf(rows.id)}".notes n`,
    );
    return { rows: BigInt(found!.rows), bytes: BigInt(found!.bytes) };
  };
  const ask = (tenantId: string) => t.bus.call(recountTables, { tenantId }, t.staff);
  const compare = async (): Promise<void> => {
    await t.bus.runSchedule('recount');
  };
  const drifts = async () =>
    (await t.bus.call(listCountDrifts, {}, t.staff)).data.filter(({ tenantId }) => [t.a.id, t.b.id].includes(tenantId));
  const spoil = async (tenantId: string): Promise<void> => {
    await t.bus.runSchedule('fold-counts');
    await t.database.admin(
      `update data.table_count set rows = rows + 5, bytes = 7 where tenant_id = $1 and table_name = 'notes'`,
      [tenantId],
    );
  };

  it('finds nothing where triggers counted: inserts, updates, deletes, encrypted values', async () => {
    await t.schema.patch('notes', 'id=lt.5', { text: 'longer than before', secret: 'other' });
    await t.pool.delete('notes', 'id=gt.15');
    expect([await counts(t.schema), await counts(t.pool)]).toEqual([await truth(t.schema), await truth(t.pool)]);
    await compare();
    await ask(t.a.id);
    await compare();
    expect(await drifts()).toEqual([]);
  });

  it('corrects what differs while rows are being written, and keeps it for staff', async () => {
    await compare();
    await spoil(t.a.id);
    await ask(t.a.id);
    await Promise.all([compare(), ...Array.from({ length: 20 }, (_, n) => insert(t.schema, 100 + n, 100 + n))]);
    expect(await counts(t.schema)).toEqual(await truth(t.schema));
    const [drift, ...others] = await drifts();
    expect(others).toEqual([]);
    expect(drift).toMatchObject({ tenantId: t.a.id, table: 'notes', countedBytes: expect.any(BigInt) });
    expect(drift!.countedRows - drift!.rows).toBe(5n);
    await ask(t.a.id);
    await compare();
    expect(await drifts()).toHaveLength(1);
  });

  it('has nothing to look at in a new space, which has no tables', async () => {
    const fresh = await t.database.addTenant();
    await t.bus.deliver({ tenantId: fresh, event: requested(fresh, 'pool') });
    await compare();
    const [space] = await t.database.admin<{ tried: Date | null }>(
      'select count_tried_at as tried from data.space where tenant_id = $1',
      [fresh],
    );
    expect(space).toEqual({ tried: null });
  });

  it('counts rows from before anything was counted, which are no drift', async () => {
    await t.database.admin('update data.space set counted_version = null, counted_at = null');
    await t.database.admin(`delete from data.count_change`);
    await t.database.admin(`delete from data.table_count`);
    await compare();
    expect([await counts(t.schema), await counts(t.pool)]).toEqual([await truth(t.schema), await truth(t.pool)]);
    expect(await drifts()).toEqual([]);
    expect(await drifts()).toEqual([]);
  });

  it('follows the bytes of columns that are added, by itself and as no drift', async () => {
    await compare();
    await t.database.admin('update data.space set count_tried_at = null');
    await t.bus.call(
      addColumn,
      { table: 'notes', name: 'kind', type: 'text', nullable: true, default: 'plain' },
      t.schema.context(),
    );
    expect(await counts(t.schema)).not.toEqual(await truth(t.schema));
    await compare();
    expect(await counts(t.schema)).toEqual(await truth(t.schema));
    expect(await drifts()).toEqual([]);
  });

  it('sees all rows of a table whose rows are shown to some alone', async () => {
    const access = {
      table: 'notes',
      access: [{ to: ['customer'], actions: ['select'], columns: [], rows: 'all' }],
    };
    await t.bus.call(setTableAccess, access, t.schema.context());
    await ask(t.a.id);
    await compare();
    expect(await counts(t.schema)).toEqual(await truth(t.schema));
    expect(await drifts()).toEqual([]);
  });

  it('waits for a tenant that is suspended until it is open again', async () => {
    await compare();
    await t.bus.deliver({
      tenantId: t.a.id,
      event: new TenantSuspended({ tenantId: t.a.id, reason: 'x', version: 8n }),
    });
    await ask(t.a.id);
    await compare();
    const asked = await ask(t.a.id);
    expect(asked.lastComparedAt).toBeNull();
    await t.bus.deliver({ tenantId: t.a.id, event: new TenantReactivated({ tenantId: t.a.id, version: 9n }) });
    await compare();
    expect((await ask(t.a.id)).lastComparedAt).toBeInstanceOf(Date);
  });

  it('is asked for and looked at by staff alone, for tenants that have tables', async () => {
    await expect(ask(newId())).rejects.toBeFault('not-found');
    for (const tenantId of [t.a.id, t.b.id])
      await expect(t.bus.call(recountTables, { tenantId }, t.schema.context())).rejects.toBeFault('forbidden');
    await expect(t.bus.call(listCountDrifts, {}, t.schema.context())).rejects.toBeFault('forbidden');
  });

  it('is not needed to see what tables hold and may hold', async () => {
    const plan = {
      'rows.notes': { kind: 'metered', limit: 30 },
      storageBytes: { kind: 'metered', limit: 5_000 },
    } as const;
    t.bus.directories.entitlements.put(t.a.id, { version: 1, plan, overrides: {} });
    const own = await t.bus.call(listTableUsage, {}, t.schema.context());
    expect(own).toMatchObject({ bytes: (await truth(t.schema)).bytes, bytesLimit: 5_000, nextCursor: null });
    const { rows, bytes } = await truth(t.schema);
    const usage = { table: 'notes', rows, bytes, rowsLimit: 30, rowsThisMonth: 20n, rowsPerMonthLimit: null };
    expect(own.data).toContainEqual(expect.objectContaining(usage));
    const other = await t.bus.call(listTableUsage, {}, t.pool.context());
    expect(other.data).toMatchObject([{ table: 'notes', rows: 20n, rowsLimit: null }]);
    const page = await t.bus.call(listTableUsage, { limit: 1 }, t.schema.context());
    const rest = await t.bus.call(listTableUsage, { cursor: page.nextCursor }, t.schema.context());
    expect([...page.data, ...rest.data]).toEqual(own.data);
  });
});
