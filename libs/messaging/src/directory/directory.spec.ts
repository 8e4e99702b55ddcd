import type { Msg } from '@nats-io/transport-node';
import { newId, type TenantContext } from '@tenantry/kernel';
import { TestNats, eventually } from '@tenantry/testing';
import type { Bus } from '../bus/bus.js';
import { silentLog } from '../bus/log.js';
import { contextOf } from '../fixture/orders-on-nats.fixture.js';
import { gatewayService, tenantsService, testOperations } from '../fixture/orders.fixture.js';
import { Directories, standingOf } from './directories.js';
import { Directory } from './directory.js';
import type { AgentEntry, DirectoryEntry, TenantEntry } from './entries.js';
import { DirectoryWriter } from './writer.js';

const tenant: Omit<TenantEntry, 'version'> = {
  ...{ slug: 'a', name: 'a', status: 'active', mode: 'pool', cell: 'default', region: null, timeZone: 'UTC' },
  ...{ organizationId: null, sandboxOf: null, reason: null, hosts: [] },
};
const agent: Omit<AgentEntry, 'tenantId' | 'publishedVersion' | 'version'> = {
  ...{ status: 'active', grants: [], tools: [], data: [], dataClasses: [], models: [], locationIds: [] },
};

interface Entry extends DirectoryEntry {
  readonly name: string;
}

describe('a directory', () => {
  it('never lets an older version overwrite or remove a newer one', () => {
    const directory = new Directory<Entry>();
    directory.put('a', { version: 3, name: 'third' });
    directory.put('a', { version: 2, name: 'second' });
    directory.remove('a', 2);
    expect(directory.get('a')).toEqual({ version: 3, name: 'third' });
    directory.remove('a', 4);
    expect(directory.get('a')).toBeUndefined();
    directory.close();
  });

  it('is stale rather than without bounds', () => {
    const directory = new Directory<Entry>({ maxEntries: 2 });
    directory.settle();
    for (const key of ['a', 'b']) directory.put(key, { version: 1, name: key });
    expect(directory.isStale(1_000)).toBe(false);
    directory.put('c', { version: 1, name: 'c' });
    expect(directory.size).toBe(2);
    expect(directory.isStale(1_000)).toBe(true);
    directory.close();
  });

  it('has a context wait for its tenant, and for what its agent has just been published as', async () => {
    const directories = Directories.inMemory(['tenants', 'revocations', 'agents', 'agent_stops', 'agent_revocations']);
    const { settle } = standingOf(directories);
    const [tenantId, agentId] = [newId(), newId()];
    const put = (publishedVersion: number | null, version: number): void =>
      directories.agents.put(agentId, { ...agent, tenantId, publishedVersion, version });
    const waits = (ctx: Partial<TenantContext>) => settle!(contextOf(tenantId, ctx));
    const forTenant = waits({});
    directories.tenants.put(tenantId, { ...tenant, version: 1 });
    await forTenant;
    expect(waits({})).toBeUndefined();
    put(null, 1);
    const forAgent = waits({ agentId });
    put(4, 2);
    await forAgent;
    expect(waits({ agentId })).toBeUndefined();
    directories.close();
  });

  it('refuses to be asked when the service does not watch it', () => {
    expect(() => Directories.inMemory(['tenants']).keys).toThrow(/watches/);
  });

  describe('over NATS', () => {
    let nats: TestNats;
    let owner: DirectoryWriter;
    let watcher: Bus;
    let directory: Directory<Entry>;

    beforeAll(async () => {
      nats = await TestNats.start([tenantsService, gatewayService], { operations: testOperations });
      owner = new DirectoryWriter(await nats.connect('tenants'), ['tenants', 'revocations']);
      watcher = await nats.connect('gateway');
    });

    afterAll(() => nats.stop());

    beforeEach(() => {
      directory = Directory.watch<Entry>(watcher, 'tenants', undefined, { log: silentLog });
    });

    afterEach(() => directory.close());

    const put = (key: string, version: number, name = `v${version}`) => owner.put('tenants', key, { name }, version);

    it('is ready when everything that was there is here, and follows every change', async () => {
      directory.close();
      const keys = Array.from({ length: 300 }, () => newId());
      await Promise.all(keys.map((key) => put(key, 1)));
      directory = Directory.watch<Entry>(watcher, 'tenants', undefined, { log: silentLog });
      expect(directory.isStale(5_000)).toBe(true);
      await directory.ready;
      expect(keys.every((key) => directory.get(key)?.name === 'v1')).toBe(true);
      expect(directory.isStale(5_000)).toBe(false);

      const changes: unknown[] = [];
      directory.onChange((...change) => changes.push(change));
      await put(keys[0]!, 2);
      await eventually(() => directory.get(keys[0]!)?.version === 2);
      expect(changes).toEqual([[keys[0], { name: 'v2', version: 2 }, { name: 'v1', version: 1 }]]);
    });

    it('is ready at once when its bucket is empty', async () => {
      const revocations = Directory.watch(watcher, 'revocations', undefined, { log: silentLog });
      await revocations.ready;
      expect(revocations.size).toBe(0);
      revocations.close();
    });

    it('is ready at once when everything that was in its bucket is over', async () => {
      await owner.put('revocations', newId(), { expiresAt: new Date().toISOString() }, 1);
      const admin = await nats.connect();
      await (await admin.admin).streams.purge('KV_revocations'); // as age does
      const revocations = Directory.watch(watcher, 'revocations', undefined, { log: silentLog });
      await revocations.ready;
      expect(revocations.size).toBe(0);
      revocations.close();
    });

    it('that is not told in time is named', async () => {
      const directories = Directories.watch(watcher, ['tenants', 'grants'], silentLog); // nobody made the bucket of grants
      await expect(directories.ready(300)).rejects.toThrow('NATS did not tell all of grants within 0.3 s');
      directories.close();
    });

    it('takes an entry in the newest version, whatever the order of the writes', async () => {
      const key = newId();
      await expect(put(key, 5)).resolves.toBe(true);
      await expect(put(key, 4)).resolves.toBe(false);
      await expect(put(key, 5, 'same again')).resolves.toBe(false);
      await Promise.all([7, 9, 6, 8].map((version) => put(key, version)));
      await eventually(() => directory.get(key)?.version === 9);
      await owner.put('tenants', key, null, 8);
      await put(key, 10);
      await eventually(() => directory.get(key)?.version === 10);
    });

    it('takes the first version of an entry once, and never over a newer one or a removal', async () => {
      const [fresh, newer, removed] = [newId(), newId(), newId()];
      const twice = await Promise.all([put(fresh, 1), put(fresh, 1)]);
      expect(twice.toSorted()).toEqual([false, true]);
      await put(newer, 3);
      await expect(put(newer, 1)).resolves.toBe(false);
      await owner.put('tenants', removed, null, 2);
      await expect(put(removed, 1)).resolves.toBe(false);
      await put(fresh, 2);
      await eventually(() => directory.get(fresh)?.version === 2);
      expect([directory.get(newer)?.version, directory.get(removed)]).toEqual([3, undefined]);
    });

    it('forgets a removed entry, and an older write does not bring it back', async () => {
      const key = newId();
      await put(key, 1);
      await eventually(() => directory.get(key) !== undefined);
      await owner.put('tenants', key, null, 2);
      await eventually(() => directory.get(key) === undefined);
      await expect(put(key, 1)).resolves.toBe(false);
      await expect(put(key, 3)).resolves.toBe(true);
      await eventually(() => directory.get(key)?.version === 3);
    });

    it('hears the server every second, so that silence is noticed', async () => {
      await directory.ready;
      await eventually(() => directory.isStale(10), 3_000);
      await eventually(() => !directory.isStale(10), 3_000);
    });

    it('takes an entry whose message was lost, though no other comes after it', async () => {
      const key = newId();
      let isLost = false;
      const losing = Object.create(watcher, {
        subscribe: {
          value: (subject: string, receive: (message: Msg) => void) =>
            watcher.subscribe(subject, (message) => {
              if (isLost || !message.subject.endsWith(key)) receive(message);
              else isLost = true;
            }),
        },
      }) as Bus;
      const lossy = Directory.watch<Entry>(losing, 'tenants', undefined, { log: silentLog });
      await lossy.ready;
      await put(key, 1);
      await eventually(() => isLost);
      await eventually(() => lossy.get(key)?.version === 1, 5_000);
      lossy.close();
    });

    it('is stale while the server is away, and catches up with what it missed', async () => {
      const key = newId();
      await put(key, 1);
      await eventually(() => directory.get(key) !== undefined);
      await nats.restart();
      await eventually(() => watcher.connected, 10_000);
      await put(key, 2);
      await eventually(() => directory.get(key)?.version === 2 && !directory.isStale(2_000), 10_000);
    });

    it('keeps what it knows when the bucket is lost, and takes what fills it again', async () => {
      const [kept, changed] = [newId(), newId()];
      await Promise.all([put(kept, 1), put(changed, 1)]);
      await eventually(() => directory.get(kept) !== undefined && directory.get(changed) !== undefined);
      await nats.loseStore();
      expect(await nats.provision()).toContain('tenants');
      owner = new DirectoryWriter(await nats.connect('tenants'), ['tenants']);
      await put(changed, 2);
      await eventually(() => directory.get(changed)?.version === 2, 10_000);
      expect(directory.get(kept)).toEqual({ version: 1, name: 'v1' });
    });
  });
});
