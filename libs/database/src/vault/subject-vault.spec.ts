import { randomBytes } from 'node:crypto';
import { newId } from '@tenantry/kernel';
import { TestDatabase } from '@tenantry/testing/database';
import { SHOP } from '../testing/shop.js';
import type { Doors } from '../doors.js';
import type { DataSubject, SubjectVault } from './subject-vault.js';

describe('the keys of data subjects', () => {
  const masterKey = randomBytes(32);
  const ann: DataSubject = { table: 'customers', kind: 'person', value: 'ann@x.example' };
  const bob: DataSubject = { ...ann, value: 'bob@x.example' };
  const place = { table: 'customers', column: 'name', row: '1' };
  let database: TestDatabase;
  let vault: SubjectVault;
  let a: string;
  let b: string;

  beforeAll(async () => {
    database = await TestDatabase.create([
      { ...SHOP, subjectKeys: 'destroy' },
      {
        ...SHOP,
        name: 'reader',
        migrations: new URL('../testing/no-migrations/', import.meta.url),
        subjectKeys: 'open',
      },
    ]);
    vault = process().subjects;
  });
  beforeEach(async () => {
    [a, b] = [await database.addTenant(), await database.addTenant()];
  });
  afterAll(() => database?.drop());

  const process = (service = 'shop'): Doors => database.doors(service, { masterKey });
  const seal = async (subject: DataSubject, plaintext = 'secret', tenantId = a, by = vault): Promise<string> =>
    (await by.seal(tenantId, [{ subject, place, plaintext }]))[0]!;
  const open = async (sealed: string, tenantId = a, at = place): Promise<string | undefined> =>
    (await vault.open(tenantId, [{ place: at, sealed }]))[0];
  const keyOf = (sealed: string): string => sealed.split('.')[2]!;
  const destroy = async (subject: DataSubject, tenantId = a, erasureId = newId()): Promise<readonly string[]> =>
    vault.destroy(tenantId, erasureId, await vault.holders(tenantId, [subject]));

  it('open what they sealed, in another process too, and beside it what the tenant’s key sealed', async () => {
    const doors = process('reader');
    const sealed = await seal(ann, 'Ann ü');
    const byTenant = await doors.vault.seal(a, place, 'by the tenant');
    expect(
      await doors.subjects.open(
        a,
        [sealed, byTenant].map((one) => ({ place, sealed: one })),
      ),
    ).toEqual(['Ann ü', 'by the tenant']);
  });

  it('are one for all values of a person in a table, and another for anybody or anything else', async () => {
    const others = [bob, { ...ann, table: 'cards' }, { ...ann, kind: 'row' as const }];
    const sealed = [await seal(ann), ...(await Promise.all(others.map((one) => seal(one)))), await seal(ann, 'x', b)];
    expect(new Set(sealed.map(keyOf)).size).toBe(sealed.length);
    expect(keyOf(await seal(ann, 'again'))).toBe(keyOf(sealed[0]!));
  });

  it('are one each, however many processes need them for the first time at once', async () => {
    const people = Array.from({ length: 30 }, (_, n) => ({ ...ann, value: `person ${n}` }));
    const values = people.map((subject) => ({ subject, place, plaintext: 'x' }));
    const vaults = Array.from({ length: 6 }, () => process().subjects);
    const turned = vaults.map((one, turn) => one.seal(a, [...values.slice(turn), ...values.slice(0, turn)]));
    const keys = (await Promise.all(turned)).flat().map(keyOf);
    expect(new Set(keys).size).toBe(people.length);
  });

  it('open nothing any more once destroyed, in no process, and nobody else’s are touched', async () => {
    const elsewhere = process().subjects;
    const [anns, bobs, annsInB] = [await seal(ann, 'x', a, elsewhere), await seal(bob), await seal(ann, 'x', b)];
    expect(await destroy(ann)).toEqual([keyOf(anns)]);
    for (const one of [vault, elsewhere]) {
      expect(
        await one.open(
          a,
          [anns, bobs].map((sealed) => ({ place, sealed })),
        ),
      ).toEqual([undefined, 'secret']);
    }
    expect(await open(annsInB, b)).toBe('x');
  });

  it('are destroyed once: who asks again is told the same, and who comes back gets another', async () => {
    const erasureId = newId();
    const sealed = await seal(ann);
    const first = await destroy(ann, a, erasureId);
    expect(await destroy(ann, a, erasureId)).toEqual(first);
    const later = await seal(ann, 'back again');
    expect([await open(sealed), await open(later)]).toEqual([undefined, 'back again']);
  });

  it('leave no key, no name and no link to anybody when they are destroyed', async () => {
    const sealed = await seal(ann);
    const rows = (): Promise<object[]> =>
      database.keys('select holder, wrapped_key, destroyed_at from platform.subject_key where id = $1', [
        keyOf(sealed),
      ]);
    const [kept] = await rows();
    expect(JSON.stringify(kept)).not.toContain(ann.value);
    await destroy(ann);
    expect(await rows()).toEqual([{ holder: null, wrapped_key: null, destroyed_at: expect.any(Date) }]);
  });

  it('do not open what was moved to another place or tenant, or changed', async () => {
    const sealed = await seal(ann);
    const bytes = Buffer.from(sealed.split('.')[3]!, 'base64url');
    bytes[20]! ^= 1;
    const changed = [...sealed.split('.').slice(0, 3), bytes.toString('base64url')].join('.');
    await expect(open(sealed, a, { ...place, row: '2' })).rejects.toThrow();
    await expect(open(changed)).rejects.toThrow();
    await expect(open('plain text')).rejects.toThrow('not a sealed value');
    expect(await open(sealed, b)).toBeUndefined();
  });

  it('are seen for one tenant at a time, and neither made nor destroyed by who may only open', async () => {
    await seal(ann);
    const reader = process('reader').subjects;
    await expect(seal(bob, 'x', a, reader)).rejects.toMatchObject({ reason: 'forbidden' });
    await expect(reader.destroy(a, newId(), await reader.holders(a, [ann]))).rejects.toMatchObject({
      reason: 'forbidden',
    });
    const [{ policies } = { policies: 0 }] = await database.keys<{ policies: number }>(
      `select count(*)::int as policies from pg_policies p join pg_class c on c.relname = p.tablename
       where c.relrowsecurity and c.relforcerowsecurity and p.tablename = 'subject_key' and p.qual like '%app.tenant_id%'`,
    );
    expect(policies).toBe(1);
  });
});
