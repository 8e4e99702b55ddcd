import { createHash, randomBytes } from 'node:crypto';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { eventually, TestDatabase, testContext } from '@tenantry/testing/database';
import { SHOP } from '../testing/shop.js';
import { MasterKey } from './key-encryption.js';
import { rewrapKeys } from './rewrap-keys.js';
import type { SealedPlace, Vault } from './vault.js';

describe('the vault', () => {
  const masterKey = randomBytes(32);
  const place: SealedPlace = { table: 'clinic.patient', column: 'ssn', row: 'r1' };
  let database: TestDatabase;
  let vault: Vault;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = await TestDatabase.create([SHOP]);
    vault = database.doors('shop', { masterKey }).vault;
    [a, b] = [await database.addTenant(), await database.addTenant()];
  });
  afterAll(() => database?.drop());

  it('opens what it sealed, in another process too', async () => {
    const sealed = await vault.seal(a, place, '123-45-6789 ü');
    expect(sealed).toMatch(/^tny1\.t\.1\.[\w-]+$/);
    const other = database.doors('shop', { masterKey }).vault;
    expect(await other.open(a, place, sealed)).toBe('123-45-6789 ü');
  });

  it('gives a tenant its first key with a commit, and leaves one that it has', async () => {
    const doors = database.doors('shop', { masterKey });
    const ensure = async (tenantId: string, more: () => Promise<void> = () => Promise.resolve()): Promise<void> =>
      doors.tenants.transaction(testContext(tenantId), async (tx) => {
        await doors.vault.ensureTenantKey(tx);
        await more();
      });
    const keysOf = (tenantId: string) =>
      database.admin('select version, wrapped_key from platform.tenant_key where tenant_id = $1', [tenantId]);
    const [fresh, other] = [await database.addTenant(), await database.addTenant()];
    await expect(ensure(fresh, () => Promise.reject(new Error('undone')))).rejects.toThrow('undone');
    expect(await keysOf(fresh)).toEqual([]);
    await ensure(fresh);
    const first = await keysOf(fresh);
    expect(first).toMatchObject([{ version: 1 }]);
    const sealed = await vault.seal(fresh, place, 'x');
    await Promise.all([ensure(fresh), ensure(fresh), ensure(other)]);
    expect(await keysOf(fresh)).toEqual(first);
    expect(await vault.open(fresh, place, sealed)).toBe('x');
  });

  it('opens in as many transactions at once as there are connections, though it knows no key yet', async () => {
    const sealed = await vault.seal(a, place, 'x');
    const doors = database.doors('shop', { masterKey, maxConnections: 2 });
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const open = (mine: PromiseWithResolvers<void>, others: PromiseWithResolvers<void>): Promise<string> =>
      doors.tenants.transaction(testContext(a), async () => {
        mine.resolve();
        await others.promise; // both have their connection
        return doors.vault.open(a, place, sealed);
      });
    expect(await Promise.all([open(first, second), open(second, first)])).toEqual(['x', 'x']);
  });

  it('never seals alike twice', async () => {
    expect(await vault.seal(a, place, 'x')).not.toBe(await vault.seal(a, place, 'x'));
  });

  it.each<[string, SealedPlace]>([
    ['another row', { ...place, row: 'r2' }],
    ['another column', { ...place, column: 'name' }],
    ['another table', { ...place, table: 'clinic.visit' }],
    ['a place whose names run together the same way', { table: 'clinic.patient', column: 'ss', row: 'nr1' }],
  ])('does not open a value that was moved to %s', async (_, elsewhere) => {
    const sealed = await vault.seal(a, place, 'secret');
    await expect(vault.open(a, elsewhere, sealed)).rejects.toThrow();
  });

  it('does not open a value that was moved to another tenant', async () => {
    const sealed = await vault.seal(a, place, 'secret');
    await vault.seal(b, place, 'so that B has a key');
    await expect(vault.open(b, place, sealed)).rejects.toThrow();
  });

  it('does not open a value with a bit changed, with another key version, or of another form', async () => {
    const sealed = await vault.seal(a, place, 'secret');
    const bytes = Buffer.from(sealed.split('.')[3]!, 'base64url');
    bytes[20]! ^= 1;
    await expect(vault.open(a, place, `tny1.t.1.${bytes.toString('base64url')}`)).rejects.toThrow();
    await expect(vault.open(a, place, sealed.replace('.t.1.', '.t.2.'))).rejects.toThrow('has no key 2');
    await expect(vault.open(a, place, 'plain text')).rejects.toThrow('not a sealed value');
    await expect(vault.open(a, place, 'tny1.t.1.AAAA')).rejects.toThrow('too short');
  });

  it('keeps old values readable when the tenant gets a new key, and seals with the new one', async () => {
    const tenantId = await database.addTenant();
    const old = await vault.seal(tenantId, place, 'old');
    await database.doors('shop').tenants.transaction(testContext(tenantId), (tx) => vault.createTenantKey(tx));
    const sealed = await vault.seal(tenantId, place, 'new');
    expect(sealed).toMatch(/^tny1\.t\.2\./);
    expect([await vault.open(tenantId, place, old), await vault.open(tenantId, place, sealed)]).toEqual(['old', 'new']);
  });

  it('gives a tenant one key when two transactions make it at the same time', async () => {
    const tenantId = await database.addTenant();
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    const create = (meanwhile: () => Promise<void>): Promise<void> =>
      database.doors('shop').tenants.transaction(testContext(tenantId), async (tx) => {
        await vault.createTenantKey(tx);
        await meanwhile();
      });
    let second = Promise.resolve();
    await create(async () => {
      second = create(() => Promise.resolve());
      await eventually(async () => (await database.admin(waiting)).length > 0);
    });
    await second;
    const sealed = await vault.seal(tenantId, place, 'x');
    expect(sealed).toMatch(/^tny1\.t\.1\./);
  });

  it('gives a tenant one first key, however many ask for it at once', async () => {
    const tenantId = await database.addTenant();
    const vaults = Array.from({ length: 5 }, () => database.doors('shop', { masterKey }).vault);
    const sealed = await Promise.all(vaults.map((one) => one.seal(tenantId, place, 'x')));
    for (const one of sealed) {
      expect(await vault.open(tenantId, place, one)).toBe('x');
    }
    expect(await database.count('platform.tenant_key', tenantId)).toBe(1);
  });

  it('makes values unreadable for good when the tenant’s key is deleted', async () => {
    const tenantId = await database.addTenant();
    const sealed = await vault.seal(tenantId, place, 'gone');
    await database.admin('delete from platform.tenant_key where tenant_id = $1', [tenantId]);
    const fresh = database.doors('shop', { masterKey }).vault;
    await expect(fresh.open(tenantId, place, sealed)).rejects.toThrow();
  });

  it('stores no key in clear', async () => {
    await vault.blindIndex(a, { table: 'patient', column: 'ssn' }, 'x');
    const rows = await database.admin<{ wrapped_key: Buffer }>(
      'select wrapped_key from platform.tenant_key union all select wrapped_key from platform.index_key',
    );
    expect(rows.every((row) => row.wrapped_key.length === 12 + 32 + 16)).toBe(true);
  });

  describe('a blind index', () => {
    const ssn = { table: 'patient', column: 'ssn' };
    const values = Array.from({ length: 200 }, (_, n) => `value ${n}`);
    const all = (tenantId: string, column = ssn): Promise<number[]> =>
      Promise.all(values.map((value) => vault.blindIndex(tenantId, column, value)));

    it('is the same for a value in every process, and nothing else’s in another tenant, table or column', async () => {
      const other = database.doors('shop', { masterKey }).vault;
      expect(await other.blindIndex(a, ssn, '1-2')).toBe(await vault.blindIndex(a, ssn, '1-2'));
      const mine = await all(a);
      const theirs = [await all(b), await all(a, { ...ssn, column: 'name' }), await all(a, { ...ssn, table: 'visit' })];
      // By chance alone one of the 600 is alike in a hundred runs, three in a million.
      expect(theirs.flatMap((ones) => ones.filter((one, n) => one === mine[n])).length).toBeLessThan(3);
    });

    it('has 16 bits, and one for all spellings of a text that differ in case or composition', async () => {
      expect((await all(a)).every((one) => Number.isInteger(one) && one >= 0 && one < 65_536)).toBe(true);
      expect(await vault.blindIndex(a, ssn, 'JOS\u00c9')).toBe(await vault.blindIndex(a, ssn, 'jose\u0301'));
    });

    it('is stored under the newest key and looked for under each, until the older ones are retired', async () => {
      const tenantId = await database.addTenant();
      const { tenants } = database.doors('shop');
      const first = await vault.blindIndex(tenantId, ssn, 'x');
      const version = await tenants.transaction(testContext(tenantId), (tx) => vault.createIndexKey(tx));
      const second = await vault.blindIndex(tenantId, ssn, 'x');
      expect([version, await vault.blindIndexes(tenantId, ssn, 'x')]).toEqual([2, [first, second]]);
      await tenants.transaction(testContext(tenantId), (tx) => vault.retireIndexKeys(tx, version));
      vault.forget(tenantId);
      expect(await vault.blindIndexes(tenantId, ssn, 'x')).toEqual([second]);
    });
  });

  it('knows a wrong master key at boot', async () => {
    await vault.assertMasterKey();
    await expect(database.doors('shop', { masterKey: randomBytes(32) }).vault.assertMasterKey()).rejects.toThrow(
      `the master key does not open the keys of tenant ${PLATFORM_TENANT_ID}`,
    );
    expect(() => database.doors('shop', { masterKey: randomBytes(16) })).toThrow('16 bytes');
    await expect(database.doors('shop').vault.seal(a, place, 'x')).rejects.toThrow('no master key');
  });

  describe('while the master key is being changed', () => {
    const [current, other] = [randomBytes(32), masterKey];
    const rewrap = (now: Uint8Array, before: Uint8Array) =>
      rewrapKeys(database.adminUrl, { current: new MasterKey(now), others: [new MasterKey(before)] });
    const ssn = { table: 'patient', column: 'ssn' };

    it('opens what either wrapped, and the new one alone when all was wrapped anew', async () => {
      const tenantId = await database.addTenant();
      const sealed = await vault.seal(tenantId, place, 'old');
      const index = await vault.blindIndex(tenantId, ssn, 'old');
      const both = database.doors('shop', { masterKey: current, otherMasterKey: other }).vault;
      await both.assertMasterKey();
      expect(await both.open(tenantId, place, sealed)).toBe('old');
      const late = await database.addTenant();
      const byNew = await both.seal(late, place, 'new');

      const first = await rewrap(current, other);
      expect(first).toMatchObject({ kept: 1, rewrapped: expect.any(Number) });
      const keys = first.rewrapped + first.kept;
      expect(await rewrap(current, other)).toMatchObject({ kept: keys, rewrapped: 0 });
      const alone = database.doors('shop', { masterKey: current }).vault;
      expect([await alone.open(tenantId, place, sealed), await alone.open(late, place, byNew)]).toEqual(['old', 'new']);
      expect(await alone.blindIndex(tenantId, ssn, 'old')).toBe(index);
      await expect(database.doors('shop', { masterKey: other }).vault.assertMasterKey()).rejects.toThrow(
        'the master key does not open the keys',
      );
      await rewrap(other, current);
    });

    it('says after each tenant how many are done, and keeps what was done when it ends there', async () => {
      const tenants = await Promise.all([database.addTenant(), database.addTenant()]);
      for (const tenantId of tenants) await vault.seal(tenantId, place, 'old');
      const encryptions = { current: new MasterKey(current), others: [new MasterKey(other)] };
      const told: [number, number][] = [];
      const ended = rewrapKeys(database.adminUrl, encryptions, (done, of) => {
        told.push([done, of]);
        if (done === 2) throw new Error('killed');
      });
      await expect(ended).rejects.toThrow('killed');
      const { tenants: count, kept } = await rewrapKeys(database.adminUrl, encryptions);
      expect(told).toEqual([
        [1, count],
        [2, count],
      ]);
      expect(kept).toBeGreaterThan(0);
      await rewrap(other, current);
    });

    it('stops at a key that neither opens, and changes nothing of that tenant', async () => {
      const all = 'select tenant_id, version, wrapped_key from platform.tenant_key order by 1, 2';
      const before = await database.admin(all);
      const wrong = rewrap(randomBytes(32), randomBytes(32));
      await expect(wrong).rejects.toThrow('nothing that was given opens key 1 of tenant');
      expect(await database.admin(all)).toEqual(before);
    });
  });

  it('commits to a value by a salted hash that anybody with the salt can check', () => {
    const { commitment, salt } = vault.commit('Ann');
    const hash = createHash('sha256').update(Buffer.from(salt, 'base64url')).update('Ann').digest('base64url');
    expect(commitment).toBe(hash);
    expect(vault.commit('Ann').commitment).not.toBe(commitment);
  });
});
