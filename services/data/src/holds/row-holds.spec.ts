import {
  createProductTable,
  dropColumn,
  dropProductTable,
  dropTable,
  eraseSubjectRows,
  findSubjectHolds,
  holdRows,
  type HoldRowsRequest,
  importRows,
  letGoRows,
  LegalHoldPlaced,
  LegalHoldReleased,
  LegalHoldRenewed,
  planSubjectRows,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { fillShop } from '../subjects/shop.fixture.js';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';

const ANN = [{ table: 'customers', value: '1' }];

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield Buffer.from(text);
}

describe.each(['schema', 'pool'] as const)('rows under a legal hold in %s mode', (mode) => {
  const t = dataTenants();
  let rows: RowsClient;
  let others: RowsClient;

  beforeEach(async () => {
    [rows, others] = mode === 'schema' ? [t.schema, t.pool] : [t.pool, t.schema];
    await fillShop(rows);
    await fillShop(others);
  });

  const job = (client = rows): TenantContext => ({
    ...client.context(),
    actor: { kind: 'service', id: 'compliance', role: null },
    purpose: 'compliance',
  });
  const hold = async (more: Partial<HoldRowsRequest>, client = rows): Promise<{ holdId: string; rows: bigint }> => {
    const holdId = newId();
    const held = await t.bus.call(holdRows, { holdId, table: 'orders', ...more } as HoldRowsRequest, job(client));
    return { holdId, rows: held.rows };
  };
  const tell = (event: LegalHoldPlaced | LegalHoldReleased | LegalHoldRenewed) =>
    t.bus.deliver({ event, tenantId: rows.id });
  const held = { reason: 'rows-held' };

  it('can neither be changed nor deleted while they match the query, and others can', async () => {
    for (const client of [rows, others]) await client.post('orders', { id: 21, customer: 2, address: 'Bob’s street' });
    const { rows: found } = await hold({ filter: 'address=like.*street&customer=eq.2' });
    expect(found).toBe(2n);
    await expect(rows.delete('orders', 'id=eq.21')).rejects.toMatchObject(held);
    await expect(rows.patch('orders', 'id=eq.20', { address: 'elsewhere' })).rejects.toMatchObject(held);
    await expect(rows.delete('orders', 'id=in.(11,21)')).rejects.toMatchObject(held);
    const merge = { prefer: 'resolution=merge-duplicates' };
    await expect(rows.post('orders', { id: 20, address: 'x' }, merge)).rejects.toMatchObject(held);
    const upload = oneChunk('{"id":20,"address":"x"}\n');
    const input = { table: 'orders', contentType: 'application/x-ndjson', ...merge };
    await expect(rows.send(importRows, input, { upload })).rejects.toMatchObject(held);
    expect((await rows.get('orders', 'id=eq.20&select=address')).json).toEqual([{ address: 'Bob’s street' }]);
    await rows.patch('orders', 'id=eq.11', { address: 'anywhere' });
    await rows.delete('orders', 'id=eq.11');
    await others.delete('orders', 'id=eq.21');
  });

  it('are held as soon as they match, however long the hold has been there', async () => {
    await hold({ filter: 'address=eq.court' });
    await rows.patch('orders', 'id=eq.11', { address: 'court' });
    await rows.post('orders', { id: 30, address: 'court' });
    for (const id of [11, 30]) {
      await expect(rows.patch('orders', `id=eq.${id}`, { address: null })).rejects.toMatchObject(held);
    }
  });

  it('are held against what foreign keys would do to them', async () => {
    await rows.createTable({
      name: 'notes',
      columns: [
        { name: 'id', type: 'integer', primaryKey: true },
        { name: 'order', type: 'integer', references: { table: 'orders', column: 'id', onDelete: 'cascade' } },
        { name: 'kind', type: 'text' },
      ],
    });
    await rows.post('orders', { id: 40 });
    await rows.post('notes', { id: 1, order: 40, kind: 'evidence' });
    await hold({ table: 'notes', filter: 'kind=eq.evidence' });
    await expect(rows.delete('orders', 'id=eq.40')).rejects.toMatchObject(held);
    expect((await rows.get('notes', 'select=id')).json).toEqual([{ id: 1 }]);
  });

  it('are a person’s in every table, when the hold is on the person', async () => {
    await hold({ table: 'customers', subjectKey: '1' });
    for (const [table, query, values] of [
      ['customers', 'id=eq.1', { name: 'Anna' }],
      ['orders', 'id=eq.10', { address: null }],
      ['order_lines', 'id=eq.100', { product: null }],
      ['comments', 'id=eq.4', { body: 'gone' }],
    ] as const) {
      await expect(rows.patch(table, query, values)).rejects.toMatchObject(held);
    }
    await rows.patch('orders', 'id=eq.20', { address: 'Bob moved' });
  });

  it('are held whatever the caller may see of the tables by which they are found', async () => {
    await hold({ table: 'customers', subjectKey: '1' });
    const grant = { tables: ['order_lines'], access: 'write', expiresAtMs: Date.now() + 60_000 } as const;
    const support = rows.as('support', { grant, grantId: newId() });
    await expect(support.delete('order_lines', 'id=eq.100')).rejects.toMatchObject(held);
    await support.delete('order_lines', 'id=eq.200');
  });

  it('keep their table, its columns and links', async () => {
    await hold({ filter: 'address=not.is.null' });
    await expect(t.bus.call(dropColumn, { table: 'orders', column: 'address' }, rows.context())).rejects.toMatchObject(
      held,
    );
    await hold({ table: 'leads' });
    await expect(t.bus.call(dropTable, { table: 'leads' }, rows.context())).rejects.toMatchObject(held);
    await t.bus.call(dropTable, { table: 'leads' }, others.context());
  });

  it('keep an erasure of their person from being carried out', async () => {
    const { holdId } = await hold({ filter: 'id=eq.10' });
    const found = await t.bus.call(findSubjectHolds, { subject: ANN }, job());
    expect(found.holds).toEqual([{ holdId, table: 'orders' }]);
    expect(await t.bus.call(findSubjectHolds, { subject: ANN }, job(others))).toEqual({ holds: [] });
    const bob = [{ table: 'customers', value: '2' }];
    expect(await t.bus.call(findSubjectHolds, { subject: bob }, job())).toEqual({ holds: [] });
    const { shape } = await t.bus.call(planSubjectRows, { subject: ANN }, job());
    const places = [{ table: 'messages', action: 'delete' }];
    const erase = () => t.bus.call(eraseSubjectRows, { erasureId: newId(), subject: ANN, shape, places }, job());
    await expect(erase()).rejects.toMatchObject(held);
    await tell(new LegalHoldReleased({ holdId }));
    expect((await erase()).rows).toBeGreaterThan(0n);
  });

  it('are free once the hold is released, and after a day when compliance never placed it', async () => {
    const [placed, forgotten] = [await hold({ filter: 'id=eq.10' }), await hold({ filter: 'id=eq.11' })];
    await tell(new LegalHoldPlaced({ holdId: placed.holdId }));
    await t.database.admin(`update data.row_hold set held_at = held_at - interval '25 hours'`);
    await rows.patch('orders', 'id=eq.11', { address: 'free' });
    await expect(rows.patch('orders', 'id=eq.10', { address: 'free' })).rejects.toMatchObject(held);
    await tell(new LegalHoldPlaced({ holdId: forgotten.holdId })); // late news count
    await expect(rows.patch('orders', 'id=eq.11', { address: 'again' })).rejects.toMatchObject(held);
    await tell(new LegalHoldReleased({ holdId: placed.holdId }));
    await tell(new LegalHoldPlaced({ holdId: placed.holdId })); // news in another order
    await rows.patch('orders', 'id=eq.10', { address: 'free' });
  });

  it('are let go of when compliance did not place the hold, and never when it has', async () => {
    const [intended, placed] = [await hold({ filter: 'id=eq.11' }), await hold({ filter: 'id=eq.10' })];
    await tell(new LegalHoldPlaced({ holdId: placed.holdId }));
    const letGo = (holdId: string, client = rows) => t.bus.call(letGoRows, { holdId }, job(client));
    expect(await letGo(intended.holdId, others)).toEqual({ changed: false });
    await expect(rows.patch('orders', 'id=eq.11', { address: 'free' })).rejects.toMatchObject(held);
    expect(await letGo(intended.holdId)).toEqual({ changed: true });
    await rows.patch('orders', 'id=eq.11', { address: 'free' });
    expect(await letGo(placed.holdId)).toEqual({ changed: false });
    await expect(rows.patch('orders', 'id=eq.10', { address: 'free' })).rejects.toMatchObject(held);
    await tell(new LegalHoldPlaced({ holdId: intended.holdId })); // it was placed after all
    await expect(rows.patch('orders', 'id=eq.11', { address: 'again' })).rejects.toMatchObject(held);
  });

  it('are held again when compliance says so of a hold that this database lost, and not when it was released', async () => {
    const { holdId } = await hold({ filter: 'id=eq.10' });
    await tell(new LegalHoldPlaced({ holdId }));
    await t.database.admin('delete from data.row_hold where id = $1', [holdId]);
    await rows.patch('orders', 'id=eq.10', { address: 'lost' });
    const again = { holdId, filter: 'id=eq.10' };
    await hold(again);
    await tell(new LegalHoldRenewed({ holdId }));
    await t.database.admin(`update data.row_hold set held_at = held_at - interval '25 hours'`);
    await expect(rows.patch('orders', 'id=eq.10', { address: 'x' })).rejects.toMatchObject(held);
    await tell(new LegalHoldReleased({ holdId }));
    await hold(again);
    await tell(new LegalHoldRenewed({ holdId }));
    await rows.patch('orders', 'id=eq.10', { address: 'free' });
  });

  it.each([
    [{ table: 'nothing' }, 'table'],
    [{ table: 'orders', subjectKey: '1' }, /subject/],
    [{ filter: 'select=id' }, 'filter'],
    [{ filter: 'id=eq.1&limit=1' }, 'filter'],
    [{ filter: 'customers.name=eq.Ann' }, 'filter'],
    [{ filter: 'nothing=eq.1' }, 'filter'],
    [{ filter: 'id=eq.one' }, 'filter'],
    [{ filter: 'id=1 or true' }, 'filter'],
    [{ table: 'cards', filter: 'pan=eq.4' }, 'filter'],
  ])('are none for %j, which is refused', async (wish, field) => {
    const errors = [
      expect.objectContaining({ field: typeof field === 'string' ? field : expect.stringMatching(field) }),
    ];
    await expect(hold(wish)).rejects.toMatchObject({ errors });
    expect(await t.database.admin('select from data.row_hold where tenant_id = $1', [rows.id])).toEqual([]);
  });

  it('of a product table keep it for everybody', async () => {
    const columns = [{ name: 'id', type: 'integer', primaryKey: true }];
    const table = `visits_${mode}`;
    const staff = (): TenantContext => ({ ...t.staff, request: rows.context().request });
    await t.bus.call(createProductTable, { name: table, columns }, staff());
    await t.bus.runSchedule('product-rollout');
    await hold({ table });
    const drop = () => t.bus.call(dropProductTable, { table }, staff());
    await expect(drop()).rejects.toMatchObject({ ...held, extra: { tenants: [rows.id] } });
  });
});
