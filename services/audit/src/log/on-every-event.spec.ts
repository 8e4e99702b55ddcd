import { hashLeaf } from '@tenantry/audit-proofs';
import { sql, type Doors, type RowChange } from '@tenantry/database';
import { newId, SystemClock } from '@tenantry/kernel';
import type { ReceivedEvent } from '@tenantry/messaging';
import { testContext, TestDatabase } from '@tenantry/testing';
import { commitToOrigin } from './entry.js';
import { findEntry, listEntries, type EntryFilter, type StoredEntry } from './entry.table.js';
import { leafText } from './leaf.js';
import { OnEveryEvent } from './on-every-event.js';

const everything: EntryFilter = { actor: null, action: null, resource: null, resourceId: null, from: null, to: null };

function received(
  tenantId: string,
  changes: readonly RowChange[] = [],
  more: Partial<ReceivedEvent> = {},
): ReceivedEvent {
  return {
    id: newId(),
    tenantId,
    service: 'tenants',
    name: 'TenantSuspended',
    occurredAt: new Date('2026-02-28T23:59:59.500Z'),
    meta: {
      tenantId,
      actor: { kind: 'user', id: 'ada', role: 'super_admin' },
      onBehalfOf: null,
      requestId: 'r-1',
      clientIp: '203.0.113.9',
      userAgent: 'Mozilla/5.0 "quoted", {braced} \\ slashed',
      credentialId: 's-1',
      action: 'tenant.suspended',
      operation: 'SuspendTenant',
      platformActor: true,
      version: 1,
    },
    data: { tenantId, reason: 'billing', version: '2' },
    changes,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    attempt: 1,
    sequence: 1,
    ...more,
  };
}

const change = (id: string): RowChange => ({
  resource: 'member',
  id,
  action: 'update',
  old: { role: 'staff', email: { commitment: 'c-old', sealed: 'tny1.t.1.old' } },
  new: {
    role: 'Zoë "the boss", {really} \\ \n 🦷',
    email: { commitment: 'c-new', sealed: 'tny1.t.1.new' },
    age: 41.5,
    on: true,
    gone: null,
  },
});

describe('the audit log', () => {
  let db: TestDatabase;
  let doors: Doors;
  let log: OnEveryEvent;
  let a: string;
  let b: string;

  beforeAll(async () => {
    db = await TestDatabase.create([
      {
        name: 'audit',
        migrations: new URL('../../migrations/', import.meta.url),
        jobs: ['ingest', 'eraser', 'signer', 'anchorer', 'shipper', 'indexer', 'registrar', 'retirer'],
      },
    ]);
    doors = db.doors('audit');
  });
  afterAll(() => db.drop());

  beforeEach(async () => {
    log = new OnEveryEvent(doors.control, new SystemClock());
    a = await db.addTenant();
    b = await db.addTenant();
  });

  const entriesOf = (tenantId: string): Promise<StoredEntry[]> => {
    return listEntries(
      { query: (statement) => doors.tenants.query(testContext(tenantId), statement) },
      everything,
      null,
      1_000,
    );
  };
  const sequencesOf = async (tenantId: string): Promise<bigint[]> =>
    (await entriesOf(tenantId)).map(({ sequence }) => sequence).reverse();

  it('has each event in the log of its own tenant and in no other', async () => {
    await log.handle([received(a, [change('bob'), change('eve')]), received(b), received(a)]);
    expect((await entriesOf(a)).map(({ resourceId }) => resourceId)).toEqual([null, 'eve', 'bob']);
    expect((await entriesOf(b)).map(({ tenantId }) => tenantId)).toEqual([b]);
  });

  it('gives an entry back exactly as it was hashed', async () => {
    await log.handle([received(a, [change('bob')]), received(a)]);
    for (const entry of await entriesOf(a)) {
      expect(Buffer.from(entry.leafHash)).toEqual(hashLeaf(leafText(entry)));
      expect(entry.origin).toBe(
        commitToOrigin({ clientIp: entry.clientIp, userAgent: entry.userAgent, salt: entry.originSalt! }),
      );
    }
  });

  it('says nothing twice when an event comes again, in the same batch or later', async () => {
    const event = received(a, [change('bob'), change('eve')]);
    await log.handle([event, event]);
    await log.handle([event, received(a)]);
    await log.handle([event]);
    expect(await sequencesOf(a)).toEqual([1n, 2n, 3n]);
  });

  it('writes tenants of whom there is little in one commit, each numbered by itself, and one of whom there is much in its own', async () => {
    const many = Array.from({ length: 200 }, (_, i) => change(`m${i}`));
    const busy = await db.addTenant();
    await log.handle([received(a)]);
    await log.handle([received(a), received(busy, many), received(b, [change('bob')]), received(a)]);
    expect(await sequencesOf(a)).toEqual([1n, 2n, 3n]);
    expect(await sequencesOf(b)).toEqual([1n]);
    expect((await sequencesOf(busy)).at(-1)).toBe(200n);
    const commits = await db.admin<{ tenant_id: string; xmin: string }>('select tenant_id, xmin::text from audit.head');
    const commitOf = (tenantId: string) => commits.find(({ tenant_id }) => tenant_id === tenantId)!.xmin;
    expect(commitOf(a)).toBe(commitOf(b));
    expect(commitOf(busy)).not.toBe(commitOf(a));
    const [values] = await db.admin<{ count: number }>(
      'select count(*)::int as count from audit.entry_value where tenant_id = $1',
      [b],
    );
    expect(values!.count).toBe(2);
  });

  it('is numbered without gaps when several replicas write it at once and one of them fails', async () => {
    const batch = (): ReceivedEvent[] => [received(a, [change('bob'), change('eve')]), received(a), received(b)];
    const poisoned = [...batch(), received(a, [{ ...change('bob'), action: 'explode' as 'update' }])];
    const results = await Promise.allSettled([batch(), poisoned, batch(), batch()].map((events) => log.handle(events)));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    const sequences = await sequencesOf(a);
    expect(sequences).toEqual(Array.from({ length: 9 }, (_, i) => BigInt(i + 1)));
  });

  it('can be read and not changed by the service, nor by the job that writes it, nor by its owner', async () => {
    await log.handle([received(a)]);
    const change = sql`update audit.entry set action = 'nothing.happened'`;
    await expect(doors.tenants.transaction(testContext(a), (tx) => tx.execute(change))).rejects.toBeFault('forbidden');
    const ingest = doors.control.job('audit_ingest');
    await expect(ingest.transaction((tx) => tx.execute(change), { tenantId: a })).rejects.toBeFault('forbidden');
    await expect(
      ingest.transaction((tx) => tx.execute(sql`delete from audit.entry`), { tenantId: a }),
    ).rejects.toBeFault('forbidden');
    await expect(
      doors.tenants.transaction(testContext(a), (tx) => tx.execute(sql`delete from audit.entry`)),
    ).rejects.toBeFault('forbidden');
    await expect(db.admin('delete from audit.entry')).rejects.toThrow('only grows');
    await expect(db.admin('truncate audit.entry cascade')).rejects.toThrow('only grows');
  });

  it('keeps every hash when values and origins are erased', async () => {
    await log.handle([received(a, [change('bob')])]);
    const before = (await entriesOf(a))[0]!;
    await doors.control.job('audit_eraser').transaction(async (tx) => {
      await tx.execute(sql`delete from audit.entry_value where tenant_id = ${a}`);
      await tx.execute(sql`delete from audit.origin where tenant_id = ${a}`);
    });
    const after = await findEntry({ query: (statement) => doors.tenants.query(testContext(a), statement) }, before.id);
    expect(after).toEqual({ ...before, clientIp: null, userAgent: null, originSalt: null });
    expect(Buffer.from(after!.leafHash)).toEqual(hashLeaf(leafText(after!)));
  });
});
