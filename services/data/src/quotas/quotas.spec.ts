import { createProductTable, dropProductTable, dropTable, importRows } from '@tenantry/contracts';
import { type Fault, newId } from '@tenantry/kernel';
import { quotasOn, type Entitlement } from '@tenantry/messaging';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';
import { currentCounts, holdCounts } from './count.table.js';

const orders = {
  name: 'orders',
  columns: [
    { name: 'id', type: 'integer', primaryKey: true },
    { name: 'note', type: 'text' },
    { name: 'parent', type: 'integer', references: { table: 'orders', column: 'id', onDelete: 'cascade' } },
  ],
};

async function* lines(from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let id = from; id <= to; id++) yield Buffer.from(`${JSON.stringify({ id })}\n`);
}

describe('Quotas', () => {
  const t = dataTenants();
  beforeEach(async () => {
    await t.schema.createTable(orders);
    await t.pool.createTable(orders);
  });

  const allow = (tenantId: string, plan: Readonly<Record<string, Entitlement>>): void => {
    const { entitlements } = t.bus.directories;
    entitlements.put(tenantId, { version: (entitlements.get(tenantId)?.version ?? 0) + 1, plan, overrides: {} });
  };
  const atMost = (limit: number): Entitlement => ({ kind: 'metered', limit });
  const insert = (rows: RowsClient, from: number, to = from, note = 'x') =>
    rows.post(
      'orders',
      Array.from({ length: to - from + 1 }, (_, n) => ({ id: from + n, note })),
    );
  const load = (rows: RowsClient, from: number, to: number) =>
    rows.send(importRows, { table: 'orders', contentType: 'application/x-ndjson' }, { upload: lines(from, to) });
  const rowsOf = async (tenantId: string): Promise<number> => {
    const schema = `t_${tenantId.replaceAll('-', '')}`;
    const [found] = await t.database.admin<{ n: number }>(`select count(*)::int as n from ${schema}.orders`);
    return found!.n;
  };
  const counts = async (rows: RowsClient) => {
    const ctx = rows.context();
    const found = await currentCounts({ query: (statement) => t.doors.tenants.query(ctx, statement) }, 'UTC');
    return found.find(({ table }) => table === 'orders');
  };
  const refusal = (attempt: Promise<unknown>): Promise<Fault> =>
    attempt.then(
      () => null,
      (fault) => fault,
    ) as Promise<Fault>;

  it('let in as many rows as the plan allows, and say what is used when there are no more', async () => {
    allow(t.a.id, { 'rows.orders': atMost(3) });
    await insert(t.schema, 1, 3);
    const fault = await refusal(insert(t.schema, 4));
    expect(fault).toMatchObject({ reason: 'limit-reached', status: 403 });
    expect(fault.extra).toEqual({ code: '53400', feature: 'rows.orders', limit: 3, used: 3, added: 1 });
    expect(await rowsOf(t.a.id)).toBe(3);
    await insert(t.pool, 1, 5); // the other tenant has no limit
    expect(await rowsOf(t.b.id)).toBe(5);
  });

  it('let exactly as many of 50 writers in as there is room for', async () => {
    allow(t.a.id, { 'rows.orders': atMost(17) });
    allow(t.b.id, { rowsPerTable: atMost(1_000) });
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => insert(t.schema, n + 1)));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(new Set(refused.map(({ reason }) => (reason as Fault).reason))).toEqual(new Set(['limit-reached']));
    expect([outcomes.length - refused.length, await rowsOf(t.a.id)]).toEqual([17, 17]);
    expect(await counts(t.schema)).toMatchObject({ rows: 17n, inserted: 17n });
  });

  it('hold while others who have no limit yet are writing, and while the journal is folded', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => insert(t.schema, n + 1)));
    allow(t.a.id, { 'rows.orders': atMost(20) });
    const folding = Array.from({ length: 5 }, () => t.bus.runSchedule('fold-counts'));
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => insert(t.schema, 100 + n)));
    await Promise.all(folding);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
    expect([await rowsOf(t.a.id), (await counts(t.schema))!.rows]).toEqual([20, 20n]);
  });

  it('count again what deletes gave back, cascades too', async () => {
    allow(t.b.id, { rowsPerTable: atMost(3) });
    await insert(t.pool, 1);
    await t.pool.post('orders', [
      { id: 2, parent: 1 },
      { id: 3, parent: 2 },
    ]);
    await t.pool.delete('orders', 'id=eq.1');
    expect(await counts(t.pool)).toMatchObject({ rows: 0n, bytes: 0n, inserted: 3n });
    await insert(t.pool, 1, 3);
    await expect(insert(t.pool, 4)).rejects.toMatchObject({ reason: 'limit-reached' });
  });

  it('per month count what was inserted, also when it was deleted, and begin anew with the tenant’s next month', async () => {
    t.bus.announce(t.a.id, { mode: 'schema', timeZone: 'Pacific/Kiritimati' });
    allow(t.a.id, { 'rowsPerMonth.orders': atMost(2) });
    await insert(t.schema, 1, 2);
    await t.schema.delete('orders', 'id=gt.0');
    const fault = await refusal(insert(t.schema, 3));
    expect(fault.extra).toMatchObject({ feature: 'rowsPerMonth.orders', limit: 2, used: 2, added: 1 });
    const aMonthBefore = `made_at = made_at - interval '32 days' where tenant_id = $1`;
    await t.database.admin(`update data.count_change set ${aMonthBefore}`, [t.a.id]);
    await t.database.admin(`update data.month_count set month = month - 32 where tenant_id = $1`, [t.a.id]);
    await insert(t.schema, 3, 4);
    await expect(insert(t.schema, 5)).rejects.toMatchObject({ reason: 'limit-reached' });
  });

  it('of storage count the bytes of all tables; who is over may still make rows smaller', async () => {
    await insert(t.schema, 1, 1, 'x'.repeat(1_000));
    const { bytes } = (await counts(t.schema))!;
    allow(t.a.id, { storageBytes: atMost(Number(bytes) + 100) });
    await expect(t.schema.patch('orders', 'id=eq.1', { note: 'y'.repeat(1_101) })).rejects.toMatchObject({
      reason: 'limit-reached',
      extra: { feature: 'storageBytes', used: Number(bytes), added: 101 },
    });
    await t.schema.patch('orders', 'id=eq.1', { note: 'y'.repeat(1_100) });
    allow(t.a.id, { storageBytes: atMost(10) });
    await t.schema.patch('orders', 'id=eq.1', { note: 'short' });
    await expect(insert(t.schema, 2)).rejects.toMatchObject({ reason: 'limit-reached' });
    await t.schema.delete('orders', 'id=eq.1');
    expect((await counts(t.schema))!.bytes).toBe(0n);
  });

  it('hold for upserts: what is only updated takes no room', async () => {
    allow(t.a.id, { 'rows.orders': atMost(2) });
    await insert(t.schema, 1, 2);
    const merge = { prefer: 'resolution=merge-duplicates' };
    await t.schema.post('orders', [{ id: 1, note: 'new' }], merge);
    await expect(t.schema.post('orders', [{ id: 2 }, { id: 3 }], merge)).rejects.toMatchObject({
      extra: { used: 2, added: 1 },
    });
    expect(await rowsOf(t.a.id)).toBe(2);
  });

  it('end an import at the row that is too many, with nothing imported and nothing counted', async () => {
    allow(t.a.id, { 'rows.orders': atMost(700) });
    await insert(t.schema, 9_001, 9_010);
    const fault = await refusal(load(t.schema, 1, 1_200));
    expect(fault).toMatchObject({ reason: 'limit-reached', extra: { limit: 700, used: 10, row: 691 } });
    expect(fault.detail).toMatch(/^Row 691: .*Nothing was imported$/);
    expect([await rowsOf(t.a.id), (await counts(t.schema))!.rows]).toEqual([10, 10n]);
    await load(t.schema, 1, 690);
    expect(await rowsOf(t.a.id)).toBe(700);
    await load(t.pool, 1, 1_200);
    expect(await counts(t.pool)).toMatchObject({ rows: 1_200n });
  });

  it('let in no more than the limit when imports and writers race', async () => {
    allow(t.a.id, { 'rows.orders': atMost(600) });
    await Promise.allSettled([
      load(t.schema, 1, 400),
      load(t.schema, 1_001, 1_400),
      ...Array.from({ length: 10 }, (_, n) => insert(t.schema, 5_000 + n * 20, 5_019 + n * 20)),
    ]);
    const rows = await rowsOf(t.a.id);
    expect(rows).toBeLessThanOrEqual(600);
    expect(await counts(t.schema)).toMatchObject({ rows: BigInt(rows) });
  });

  it('forget a table that is dropped: one of the same name begins with nothing', async () => {
    allow(t.a.id, { 'rows.orders': atMost(2) });
    await insert(t.schema, 1, 2);
    await t.bus.call(dropTable, { table: 'orders' }, t.schema.context());
    await t.schema.createTable(orders);
    await insert(t.schema, 1, 2);
    expect(await counts(t.schema)).toMatchObject({ rows: 2n, inserted: 2n });
  });

  it('forget a product table that is dropped, where it is gone and not before', async () => {
    const visits = { name: 'visits', columns: [{ name: 'id', type: 'integer', primaryKey: true }] };
    const make = async (): Promise<void> => {
      await t.bus.call(createProductTable, visits, t.staff);
      await t.bus.runSchedule('product-rollout');
    };
    const counted = async (rows: RowsClient) => {
      const all = await currentCounts(
        { query: (statement) => t.doors.tenants.query(rows.context(), statement) },
        'UTC',
      );
      return all.find(({ table }) => table === 'visits')?.rows ?? 0n;
    };
    await make();
    for (const rows of [t.schema, t.pool]) await rows.post('visits', [{ id: 1 }, { id: 2 }]);
    await t.bus.runSchedule('fold-counts');
    await t.bus.call(dropProductTable, { table: 'visits' }, t.staff);
    expect([await counted(t.schema), await counted(t.pool)]).toEqual([2n, 0n]);
    await t.bus.runSchedule('product-rollout');
    expect(await counted(t.schema)).toBe(0n);
    await make();
    await t.pool.post('visits', [{ id: 1 }]);
    expect(await counted(t.pool)).toBe(1n);
  });

  it('make nobody wait who has none: rows come in while somebody holds the counts', async () => {
    await t.doors.tenants.transaction(t.schema.context(), async (tx) => {
      await holdCounts(tx, 'UTC');
      await insert(t.schema, 1);
    });
    expect((await counts(t.schema))!.rows).toBe(1n);
  });

  it('are read from what the plan says now: the table’s own before the one for all, nothing when it is switched off', () => {
    const now = new Date();
    const entry = { version: 1, plan: { rowsPerTable: atMost(9), 'rows.orders': atMost(3) }, overrides: {} };
    expect(quotasOn(entry, 'orders', now).rows).toEqual({ feature: 'rows.orders', limit: 3 });
    expect(quotasOn(entry, newId(), now).rows).toEqual({ feature: 'rowsPerTable', limit: 9 });
    expect(quotasOn({ ...entry, isWithheld: true }, 'orders', now).rows).toMatchObject({ limit: 0 });
    const off = { 'rows.orders': { kind: 'boolean', enabled: false, expiresAt: null } } as const;
    expect(quotasOn({ ...entry, overrides: off }, 'orders', now).rows).toMatchObject({ limit: 0 });
    const over = { 'rows.orders': { ...atMost(5), expiresAt: now.toISOString() } };
    expect(quotasOn({ ...entry, overrides: over }, 'orders', now).rows).toMatchObject({ limit: 3 });
    expect(quotasOn(undefined, 'orders', now)).toEqual({ rows: null, rowsPerMonth: null, storageBytes: null });
  });
});
