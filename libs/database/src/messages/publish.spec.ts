import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { TestDatabase, testContext } from '@tenantry/testing/database';
import type { Doors } from '../doors.js';
import { sql } from '../sql.js';
import { SHOP, ThingAdded } from '../testing/shop.js';
import type { Transaction } from '../transaction.js';

describe('publishing', () => {
  let database: TestDatabase;
  let doors: Doors;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    doors = database.doors('shop', { maxConnections: 8 });
  });
  beforeEach(async () => {
    [a, b] = [await database.addTenant(), await database.addTenant()];
  });
  afterAll(() => database?.drop());

  async function outboxOf(tenantId: string): Promise<Record<string, unknown>[]> {
    return database.admin(
      `select kind, subject, payload, headers from shop.outbox where tenant_id = $1 order by position`,
      [tenantId],
    );
  }

  it('writes the event with the change, in the tenant’s name', async () => {
    const ctx = testContext(a, { origin: { operation: 'AddThing', action: 'thing.added.by.hand' } });
    await doors.tenants.transaction(ctx, (tx) => {
      const changes = [{ resource: 'thing', id: '1', action: 'insert', new: { name: 'Harbour' } }] as const;
      tx.publish(new ThingAdded({ thingId: '1', name: 'Härbour' }), { changes });
      return Promise.resolve();
    });
    const [event, ...more] = await outboxOf(a);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      kind: 'event',
      subject: `events.${a}.shop.ThingAdded`,
      payload: {
        data: { thingId: '1', name: 'Härbour' },
        changes: [{ resource: 'thing', id: '1', action: 'insert', new: { name: 'Harbour' } }],
      },
      headers: {
        'ce-type': 'ThingAdded',
        'ce-source': '/services/shop',
        'Nats-Msg-Id': expect.stringMatching(/^shop:/),
      },
    });
    expect(JSON.parse((event!.headers as Record<string, string>)['Tenantry-Event']!)).toMatchObject({
      tenantId: a,
      actor: ctx.actor,
      requestId: ctx.request.id,
      operation: 'AddThing',
      action: 'thing.added.by.hand',
      platformActor: false,
    });
  });

  it('writes no event of a change that is not kept', async () => {
    const publish = (tx: Transaction): void => tx.publish(new ThingAdded({ name: 'lost' }));
    const attempts: ((tx: Transaction) => Promise<unknown>)[] = [
      async (tx) => {
        publish(tx);
        throw new Error('after');
      },
      async (tx) => {
        publish(tx);
        await tx.query(sql`select 1 / 0`);
      },
      async (tx) => {
        publish(tx);
        await database.setStatus(a, 'suspended');
      },
    ];
    for (const work of attempts) {
      await expect(doors.tenants.transaction(testContext(a), work)).rejects.toThrow();
    }
    expect(await outboxOf(a)).toEqual([]);
  });

  it('lets nobody but the platform publish for another tenant', async () => {
    const publish = (tx: Transaction): Promise<void> => Promise.resolve(tx.publish(new ThingAdded(), { tenantId: b }));
    await expect(doors.tenants.transaction(testContext(a), publish)).rejects.toMatchObject({ reason: 'forbidden' });
    const staff = testContext(PLATFORM_TENANT_ID);
    await doors.tenants.transaction(staff, publish);
    await doors.control.job('shop_count').transaction(publish, { ctx: staff });
    const metas = (await outboxOf(b)).map((row) =>
      JSON.parse((row.headers as Record<string, string>)['Tenantry-Event']!),
    );
    expect(metas).toMatchObject([
      { tenantId: b, platformActor: true },
      { tenantId: b, platformActor: true },
    ]);
  });

  it('splits what is too much for one event, and loses no change', async () => {
    const changes = Array.from({ length: 450 }, (_, i) => ({
      resource: 'thing',
      id: String(i),
      action: 'insert' as const,
    }));
    await doors.tenants.transaction(testContext(a), (tx) =>
      Promise.resolve(tx.publish(new ThingAdded({ name: 'many' }), { changes })),
    );
    const events = await outboxOf(a);
    const counts = events.map((event) => (event.payload as { changes: unknown[] }).changes.length);
    expect(counts).toEqual([200, 200, 50]);
  });

  it('writes directory entries with the change', async () => {
    await doors.tenants.transaction(testContext(a), async (tx) => {
      tx.project('tenants', a, { slug: 'harbour' }, 7n);
      tx.project('tenants', b, null, 8);
    });
    expect(await outboxOf(a)).toMatchObject([
      { kind: 'directory', subject: `tenants.${a}`, payload: { version: 7, value: { slug: 'harbour' } } },
      { kind: 'directory', subject: `tenants.${b}`, payload: { version: 8, value: null } },
    ]);
  });

  it('works in a schema-mode tenant’s role, which itself has no right to the outbox', async () => {
    await database.admin(`do $$ begin create role shop_t1; exception when duplicate_object then null; end $$`);
    await database.admin('grant shop_t1 to shop_service with inherit false, set true');
    const who = await doors.tenants.transaction(
      testContext(a),
      (tx) => {
        tx.publish(new ThingAdded({ name: 'x' }));
        return tx.one(sql`select current_user::text as role`);
      },
      { role: 'shop_t1', searchPath: ['pg_temp'] },
    );
    expect(who).toEqual({ role: 'shop_t1' });
    expect(await outboxOf(a)).toHaveLength(1);
  });
});
