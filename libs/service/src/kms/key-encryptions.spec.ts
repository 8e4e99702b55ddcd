import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MasterKey, rewrapKeys, type KeyEncryption } from '@tenantry/database';
import { Fault } from '@tenantry/kernel';
import { TestDatabase } from '@tenantry/testing/database';
import { OutboundHttp } from '../outbound/outbound-http.js';
import { keyEncryptionsOf } from './key-encryptions.js';
import { TransitKey } from './transit-key.js';
import { TransitServer } from './transit.fixture.js';

const PLACE = '["a tenant",1]';
const loopback = new OutboundHttp({ networks: ['127.0.0.0/8'] });
let transit: TransitServer;

const transitKey = (more: { token?: string; key?: string; url?: string } = {}, http = loopback): TransitKey => {
  const { token = transit.token, key = 'tenantry', url = transit.url } = more;
  return new TransitKey(http, { url, mount: 'transit', key, token: () => token });
};
/** What the operator's log says of a failure; callers are told less. */
const reasonOf = (doing: Promise<unknown>): Promise<string> =>
  doing.then(
    () => 'it worked',
    (error: unknown) => {
      if (!(error instanceof Fault) || error.reason !== 'unavailable') throw error;
      return (error.cause as Error).message;
    },
  );

beforeAll(async () => {
  transit = await TransitServer.start();
});
afterAll(async () => {
  await loopback.close();
  await transit.stop();
});

/** One contract for both: what keeps the keys is a matter of the installation. */
describe.each<[string, () => KeyEncryption, () => KeyEncryption]>([
  ['a master key', () => new MasterKey(new Uint8Array(32).fill(1)), () => new MasterKey(randomBytes(32))],
  ['Vault’s transit engine', () => transitKey(), () => new MasterKey(randomBytes(32))],
])('Keys wrapped by %s', (_, make, makeOther) => {
  const key = randomBytes(32);

  it('open to what they were, in another process too, and never look alike twice', async () => {
    const [wrapped, again] = [await make().wrap(key, PLACE), await make().wrap(key, PLACE)];
    expect(await make().unwrap(wrapped, PLACE)).toEqual(key);
    expect(wrapped.equals(again)).toBe(false);
    expect(wrapped.includes(key)).toBe(false);
  });

  it('do not open elsewhere, changed, cut off, or when something else wrapped them', async () => {
    const wrapped = await make().wrap(key, PLACE);
    const changed = Buffer.from(wrapped);
    changed[changed.length - 6]! ^= 1;
    const strange = [
      await makeOther().wrap(key, PLACE),
      changed,
      wrapped.subarray(0, 20),
      Buffer.alloc(0),
      Buffer.from('vault:v9:AAAA'),
    ];
    expect(await make().unwrap(wrapped, '["another tenant",1]')).toBeUndefined();
    for (const bytes of strange) expect(await make().unwrap(bytes, PLACE)).toBeUndefined();
    expect(await makeOther().unwrap(wrapped, PLACE)).toBeUndefined();
  });

  it('are renewed only when there is a newer version', async () => {
    expect(await make().renew(await make().wrap(key, PLACE), PLACE)).toBeUndefined();
  });
});

describe('Vault’s transit engine', () => {
  const key = randomBytes(32);

  it('opens what an older version of its key wrapped, and wraps it anew by the newest', async () => {
    const old = await transitKey().wrap(key, PLACE);
    transit.rotate();
    expect(await transitKey().unwrap(old, PLACE)).toEqual(key);
    const renewed = await transitKey().renew(old, PLACE);
    expect(renewed?.toString()).toMatch(/^vault:v2:/);
    expect(await transitKey().unwrap(renewed!, PLACE)).toEqual(key);
    expect(await transitKey().renew(renewed!, PLACE)).toBeUndefined();
  });

  it('is asked again after what passes, at most three times', async () => {
    transit.failing = { status: 503, times: 2 };
    expect(await transitKey().wrap(key, PLACE)).toBeInstanceOf(Buffer);
    [transit.failing, transit.requests] = [{ status: 500, times: 9 }, 0];
    expect(await reasonOf(transitKey().wrap(key, PLACE))).toMatch(
      /^the key service at 127\.0\.0\.1:\d+ can't be used: it answers 500$/,
    );
    expect(transit.requests).toBe(3);
    transit.failing = { status: 0, times: 0 };
  });

  it.each<[string, () => TransitKey, RegExp]>([
    ['a wrong token', () => transitKey({ token: 'hvs.wrong' }), /refuses the token of KMS_TRANSIT_TOKEN_FILE$/],
    ['a key that is not there', () => transitKey({ key: 'nothing' }), /it has no key nothing at transit$/],
    ['nobody there', () => transitKey({ url: 'http://127.0.0.1:9' }), /can't be used: /],
    [
      'an address that is not on the operator’s list',
      () => transitKey({}, new OutboundHttp({ networks: [] })),
      /outbound requests may/,
    ],
  ])('says in one line what is wrong: %s', async (_, make, said) => {
    const failures = [
      await reasonOf(make().wrap(key, PLACE)),
      await reasonOf(make().unwrap(Buffer.from('vault:v1:AAAA'), PLACE)),
    ];
    for (const failure of failures) {
      expect(failure).toMatch(said);
      expect(failure).not.toMatch(/hvs\.|\n/);
    }
  });
});

describe('The keys of a database', () => {
  const masterKey = randomBytes(32);
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-kms-'));
  let database: TestDatabase;

  beforeAll(async () => {
    writeFileSync(join(folder, '0001_nothing.sql'), 'select 1;\n');
    database = await TestDatabase.create([{ name: 'sample', migrations: pathToFileURL(`${folder}/`), jobs: [] }]);
  });
  afterAll(async () => {
    await database?.drop();
    rmSync(folder, { recursive: true });
  });

  const vaultBy = (...keyEncryptions: KeyEncryption[]) => database.doors('sample', { keyEncryptions }).vault;
  const rewrap = (current: KeyEncryption, ...others: KeyEncryption[]) =>
    rewrapKeys(database.adminUrl, { current, others });

  it('move from a master key into the key service and back, and no value is touched', async () => {
    const [file, kms] = [new MasterKey(masterKey), transitKey()];
    const tenantId = await database.addTenant();
    const place = { table: 'sample.thing', column: 'name', row: '1' };
    const sealed = await vaultBy(file).seal(tenantId, place, 'kept');
    const late = await database.addTenant();
    const byKms = await vaultBy(kms, file).seal(late, place, 'new');
    await expect(vaultBy(kms).open(tenantId, place, sealed)).rejects.toThrow('does not open the keys');
    const moved = await rewrap(kms, file);
    expect(moved.rewrapped).toBeGreaterThan(0);
    expect(await rewrap(kms, file)).toMatchObject({ rewrapped: 0, kept: moved.rewrapped + moved.kept });
    expect(await vaultBy(kms).open(tenantId, place, sealed)).toBe('kept');
    transit.rotate();
    expect((await rewrap(kms)).rewrapped).toBe(moved.rewrapped + moved.kept);
    await rewrap(file, kms);
    expect([await vaultBy(file).open(tenantId, place, sealed), await vaultBy(file).open(late, place, byKms)]).toEqual([
      'kept',
      'new',
    ]);
  });

  it('are answered as not available while the key service is away, and then again', async () => {
    const tenantId = await database.addTenant();
    const vault = vaultBy(transitKey());
    const place = { table: 'sample.thing', column: 'name', row: '1' };
    transit.failing = { status: 500, times: 3 };
    await expect(vault.seal(tenantId, place, 'x')).rejects.toMatchObject({ reason: 'unavailable' });
    expect(await vault.open(tenantId, place, await vault.seal(tenantId, place, 'x'))).toBe('x');
  });
});

describe('The settings of keys', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-kms-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const transitSettings = { KMS_TRANSIT_MOUNT: 'transit', KMS_TRANSIT_KEY: 'tenantry', KMS_TRANSIT_OPENS_ONLY: false };

  it('have the key service wrap and the master key open, or the other way round', async () => {
    const given = {
      ...transitSettings,
      MASTER_KEY_FILE: file('master.key', randomBytes(32)),
      KMS_TRANSIT_URL: transit.url,
      KMS_TRANSIT_TOKEN_FILE: file('token', `${transit.token}\n`),
    };
    const [kms, master] = keyEncryptionsOf(given, loopback);
    expect([kms, master]).toEqual([expect.any(TransitKey), expect.any(MasterKey)]);
    expect(await kms!.unwrap(await kms!.wrap(randomBytes(32), PLACE), PLACE)).toHaveLength(32);
    const back = keyEncryptionsOf({ ...given, KMS_TRANSIT_OPENS_ONLY: true }, loopback);
    expect(back).toEqual([expect.any(MasterKey), expect.any(TransitKey)]);
    expect(keyEncryptionsOf(transitSettings, loopback)).toEqual([]);
  });

  it('name what is missing', () => {
    const url = { ...transitSettings, KMS_TRANSIT_URL: transit.url };
    expect(() => keyEncryptionsOf(url, loopback)).toThrow(/^KMS_TRANSIT_TOKEN_FILE is missing/);
    const token = { ...url, KMS_TRANSIT_TOKEN_FILE: file('token', 'x') };
    expect(() => keyEncryptionsOf(token, loopback)).toThrow(/^MASTER_KEY_FILE is missing/);
    expect(() => keyEncryptionsOf({ ...url, KMS_TRANSIT_TOKEN_FILE: '/nowhere' }, loopback)).toThrow(
      /^KMS_TRANSIT_TOKEN_FILE: \/nowhere/,
    );
  });
});
