import {
  addColumn,
  collectSubjectRows,
  eraseSubjectRows,
  planSubjectRows,
  type EraseSubjectRowsRequest,
  type SubjectPlace,
  type SubjectRowsErased,
  type SubjectRowsPlan,
} from '@tenantry/contracts';
import { newId, type TenantContext } from '@tenantry/kernel';
import { dataTenants, type RowsClient } from '../testing/data.fixture.js';
import { fillShop } from './shop.fixture.js';

type Line = { row: Record<string, unknown>; redacted: string[] };

const ANN = [{ table: 'customers', value: '1' }];

describe.each(['schema', 'pool'] as const)('a person’s rows in %s mode', (mode) => {
  const t = dataTenants();
  let rows: RowsClient;

  beforeEach(async () => {
    rows = mode === 'schema' ? t.schema : t.pool;
    await fillShop(rows);
    await fillShop(mode === 'schema' ? t.pool : t.schema, 'Zoe');
  });

  const job = (client = rows): TenantContext => ({
    ...client.context(),
    actor: { kind: 'service', id: 'compliance', role: null },
    purpose: 'compliance',
  });
  const plan = (subject = ANN, client = rows): Promise<SubjectRowsPlan> =>
    t.bus.call(planSubjectRows, { subject }, job(client));
  const collect = async (table: string, reveal: string[] = [], subject = ANN): Promise<Line[]> => {
    const { shape } = await plan(subject);
    const { text } = await rows.send(collectSubjectRows, { subject, shape, table, reveal });
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  };
  const erase = async (request: Partial<EraseSubjectRowsRequest> = {}): Promise<SubjectRowsErased> => {
    const { shape } = await plan(request.subject ?? ANN);
    return t.bus.call(eraseSubjectRows, { erasureId: newId(), subject: ANN, shape, ...request }, job());
  };
  const DELETE_SHARED = [{ table: 'messages', action: 'delete' }];
  const own = ({ places }: SubjectRowsPlan): Record<string, bigint> =>
    Object.fromEntries(places.filter(({ kind }) => kind === 'own').map((place) => [place.table, place.rows]));
  const find = ({ places }: SubjectRowsPlan, kind: string, table: string): SubjectPlace | undefined =>
    places.find((place) => place.kind === kind && place.table === table);
  const ids = (table: string, client = rows): Promise<number[]> =>
    client.get(table, 'select=id&order=id').then(({ json }) => (json as { id: number }[]).map(({ id }) => id));

  it('are found along foreign keys, and nobody else’s are', async () => {
    expect(own(await plan())).toEqual({
      customers: 1n,
      orders: 2n,
      order_lines: 2n,
      comments: 3n,
      messages: 2n,
      cards: 1n,
    });
    expect((await collect('order_lines')).map(({ row }) => row['id'])).toEqual([100, 101]);
    expect((await collect('comments')).map(({ row }) => row['id'])).toEqual([1, 3, 4]);
    const all = await Promise.all(
      ['customers', 'orders', 'order_lines', 'comments', 'messages', 'cards'].map((table) => collect(table)),
    );
    expect(JSON.stringify(all)).not.toMatch(/Bob|Zoe|9999/);
  });

  it('are deleted where tables refer to each other', async () => {
    await rows.createTable({
      name: 'addresses',
      columns: [
        { name: 'id', type: 'integer', primaryKey: true },
        { name: 'customer', type: 'integer', references: { table: 'customers', column: 'id' } },
      ],
    });
    const home = { name: 'home', type: 'integer', references: { table: 'addresses', column: 'id' } };
    await t.bus.call(addColumn, { table: 'customers', ...home }, rows.context());
    await rows.post('addresses', [
      { id: 1, customer: 1 },
      { id: 2, customer: 2 },
    ]);
    await rows.patch('customers', 'id=eq.1', { home: 1 });
    await rows.patch('customers', 'id=eq.2', { home: 1 });
    const erased = await erase({ places: DELETE_SHARED });
    expect(erased.places).toContainEqual({ table: 'customers', action: 'unlink', rows: 2n });
    expect([await ids('customers'), await ids('addresses')]).toEqual([[2], [2]]);
  });

  it('are not looked for where they can’t be found, and that is told', async () => {
    const planned = await plan();
    expect(find(planned, 'unsearched', 'leads')?.reason).toMatch(/neither a subject column nor a foreign key/);
    expect(find(planned, 'unsearched', 'staff')?.reason).toMatch(/staff\.id/);
    expect(find(planned, 'unsearched', 'products')).toBeUndefined();
  });

  it('include rows of other kinds of people when the person is named there too', async () => {
    const both = [...ANN, { table: 'staff', value: '1' }];
    expect(own(await plan(both))).toMatchObject({ customers: 1n, staff: 1n });
  });

  it('do not include those of people who only refer to the person', async () => {
    const rita = await plan([{ table: 'staff', value: '2' }]);
    expect(own(rita)).toEqual({ staff: 1n });
    expect(find(rita, 'mention', 'customers')).toMatchObject({ rows: 2n, via: ['rep → staff.id'], erase: 'unlink' });
  });

  it('show no other person, unless the column is revealed', async () => {
    expect(await collect('messages')).toEqual([
      { row: { id: 1, sender: 1, receiver: null, body: 'hello' }, redacted: ['receiver'] },
      { row: { id: 2, sender: null, receiver: 1, body: 'hello back' }, redacted: ['sender'] },
    ]);
    expect((await collect('messages', ['receiver']))[0]).toMatchObject({ row: { receiver: 2 }, redacted: [] });
    expect((await collect('customers'))[0]).toMatchObject({ row: { rep: null }, redacted: ['rep'] });
  });

  it('are opened where they are encrypted, leaving a trace, and secrets are never shown', async () => {
    expect(await collect('cards')).toEqual([{ row: { id: 1, holder: 1, pan: '4111', pin: null }, redacted: ['pin'] }]);
    const reads = (await t.outbox()).filter(({ type }) => type === 'RowsRead');
    expect(reads).toMatchObject([
      { table: 'cards', columns: ['cards.pan'], changes: [{ resource: 'cards', id: '1', action: 'read' }] },
    ]);
  });

  it('are erased in the order of foreign keys, with everything that is theirs and nothing else', async () => {
    const before = await ids('orders', mode === 'schema' ? t.pool : t.schema);
    const erased = await erase({ places: DELETE_SHARED });
    expect(
      Object.fromEntries(erased.places.map(({ table, action, rows: count }) => [`${action} ${table}`, count])),
    ).toMatchObject({
      'delete customers': 1n,
      'delete orders': 2n,
      'delete order_lines': 2n,
      'delete comments': 3n,
      'unlink comments': 1n,
      'delete messages': 2n,
      'delete cards': 1n,
    });
    expect([
      await ids('customers'),
      await ids('orders'),
      await ids('order_lines'),
      await ids('comments'),
      await ids('messages'),
      await ids('cards'),
    ]).toEqual([[2], [20], [200], [2, 5], [3], [2]]);
    expect(own(await plan())).toEqual({
      customers: 0n,
      orders: 0n,
      order_lines: 0n,
      comments: 0n,
      messages: 0n,
      cards: 0n,
    });
    expect(await ids('orders', mode === 'schema' ? t.pool : t.schema)).toEqual(before);
  });

  it('leave one audit entry for each, and none of them says what was in it', async () => {
    const earlier = (await t.outbox()).length;
    const erased = await erase({ places: DELETE_SHARED });
    const events = (await t.outbox()).slice(earlier).filter(({ type }) => type === 'RowsChanged');
    const changes = events.flatMap((event) => event.changes as { old?: unknown; new?: unknown }[]);
    expect(changes).toHaveLength(Number(erased.rows));
    expect(changes.every((change) => change.old === undefined && change.new === undefined)).toBe(true);
    expect(new Set(events.map(({ cause }) => cause))).toEqual(new Set(['erasure']));
  });

  it('are erased once, however often it is asked', async () => {
    const erasureId = newId();
    const first = await erase({ erasureId, places: DELETE_SHARED });
    const { shape } = await plan();
    const again = await t.bus.call(eraseSubjectRows, { erasureId, subject: ANN, shape, places: DELETE_SHARED }, job());
    expect(again).toEqual(first);
    const events = (await t.outbox()).filter(({ cause }) => cause === 'erasure');
    await erase({ erasureId });
    expect((await t.outbox()).filter(({ cause }) => cause === 'erasure')).toEqual(events);
  });

  it('of several people lose only what names the person', async () => {
    const erased = await erase();
    expect(erased.places).toContainEqual({ table: 'messages', action: 'unlink', rows: 2n });
    expect((await rows.get('messages', 'select=id,sender,receiver&order=id')).json).toEqual([
      { id: 1, sender: null, receiver: 2 },
      { id: 2, sender: 2, receiver: null },
      { id: 3, sender: 2, receiver: 2 },
    ]);
  });

  it('can stay without anything about the person in them', async () => {
    const places = [
      { table: 'customers', action: 'mask' },
      { table: 'orders', action: 'keep' },
      { table: 'order_lines', action: 'keep' },
      { table: 'comments', action: 'mask' },
      { table: 'cards', action: 'mask' },
    ];
    await erase({ places });
    const [customer] = (await rows.get('customers', 'id=eq.1')).json as Record<string, unknown>[];
    expect(customer).toMatchObject({ id: 1, name: null, rep: 2 });
    expect(customer!['email']).toMatch(/^[0-9a-f]{32}$/);
    expect((await rows.get('cards', 'id=eq.1&select=pan,pin')).json).toEqual([{ pan: null, pin: null }]);
    expect(await ids('orders')).toEqual([10, 11, 20]);
  });

  it('do not go when rows that belong to them would stay behind', async () => {
    const refused = erase({ places: [{ table: 'orders', action: 'keep' }] });
    await expect(refused).rejects.toMatchObject({ reason: 'conflict', detail: expect.stringContaining('orders stay') });
    expect(await ids('customers')).toEqual([1, 2]);
  });

  it('are not touched when the tables are no longer those of the plan', async () => {
    const { shape } = await plan();
    await rows.createTable({
      name: 'notes',
      columns: [{ name: 'about', type: 'integer', references: { table: 'customers', column: 'id' } }],
    });
    await expect(
      t.bus.call(eraseSubjectRows, { erasureId: newId(), subject: ANN, shape }, job()),
    ).rejects.toMatchObject({ reason: 'conflict', errors: [{ field: 'shape' }] });
    await expect(
      rows.send(collectSubjectRows, { subject: ANN, shape, table: 'orders', reveal: [] }),
    ).rejects.toMatchObject({ reason: 'conflict' });
  });

  it('are those of the plan although tables that hold nothing of the person come and go', async () => {
    const { shape } = await plan();
    await rows.createTable({ name: 'weather', columns: [{ name: 'town', type: 'text', classification: 'personal' }] });
    expect((await plan()).shape).toBe(shape);
    await erase({ shape, places: DELETE_SHARED });
    expect(await ids('customers')).toEqual([2]);
  });

  it.each([
    [[{ table: 'customers', value: 'one' }], 'subject[0].value'],
    [[{ table: 'products', value: '1' }], 'subject[0].table'],
    [[{ table: 'nowhere', value: '1' }], 'subject[0].table'],
  ])('are not looked for by %j', async (subject, field) => {
    await expect(plan(subject)).rejects.toMatchObject({ reason: 'invalid-input', errors: [{ field }] });
  });
});
