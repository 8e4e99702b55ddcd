import { createHash } from 'node:crypto';
import {
  createApiKey,
  listApiKeys,
  recordKeyUse,
  revokeApiKey,
  rotateApiKey,
  type NewApiKey,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import type { KeyEntry } from '@tenantry/messaging';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';

describe('API keys', () => {
  let identity: IdentityFixture;
  let a: Caller;
  let b: Caller;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());

  beforeEach(async () => {
    [a, b] = await identity.twoOwners();
  });

  const create = (caller: Caller, more: object = {}): Promise<NewApiKey> =>
    caller.call(createApiKey, { name: 'Nightly', scopes: ['members.read'], ...more });
  const entryOf = (key: string) => identity.entry<KeyEntry>('keys', createHash('sha256').update(key).digest('hex'));

  describe('CreateApiKey', () => {
    it('shows the secret once and keeps nothing but its hash', async () => {
      const made = await create(a, { allowedIps: ['10.0.0.0/8'], expiresAt: new Date(Date.now() + 60_000) });
      expect(made.key).toMatch(/^sk_live_/);
      expect(await entryOf(made.key)).toMatchObject({
        version: 1,
        tenantId: a.tenantId,
        keyId: made.id,
        kind: 'secret',
        grants: ['members.read'],
        status: 'active',
        allowedIps: ['10.0.0.0/8'],
        expiresAt: made.expiresAt?.toISOString(),
        overlapUntil: null,
      });
      const kept = JSON.stringify([
        await identity.database.admin('select * from identity.api_key'),
        await identity.database.admin('select * from identity.api_key_secret'),
        await identity.database.admin('select * from identity.outbox'),
      ]);
      expect(kept).not.toContain(made.key.slice(made.prefix.length));
    });

    it('makes one key and shows the same secret when the request comes again', async () => {
      const again = () =>
        a.call(createApiKey, { name: 'Nightly', scopes: ['members.read'] }, {}, { idempotencyKey: 'make-it-once' });
      const [first, second] = [await again(), await again()];
      expect(second).toEqual(first);
      expect((await a.call(listApiKeys, {})).data).toHaveLength(1);
    });

    it('marks the keys of a sandbox', async () => {
      const sandbox = identity.as(await identity.addTenant({ sandboxOf: a.tenantId }), 'owner');
      expect((await create(sandbox)).key).toMatch(/^sk_test_/);
      expect((await create(sandbox, { kind: 'public' })).key).toMatch(/^pk_test_/);
    });

    it('hands on no more than its maker holds', async () => {
      const permissions = ['keys.write', 'members.read'];
      const asking = a.call(
        createApiKey,
        { name: 'Nightly', scopes: ['members.read', 'members.write'] },
        { permissions },
      );
      expect(await refusalOf(asking)).toMatchObject({ reason: 'scope-not-held', field: 'scopes[1]' });
    });

    it.each([
      ['scopes', { scopes: [] }],
      ['scopes[0]', { scopes: ['drop table'] }],
      ['scopes[0]', { scopes: ['nothing.read'] }],
      ['allowedIps[0]', { allowedIps: ['10.0.0.0/99'] }],
      ['kind', { kind: 'master' }],
      ['name', { name: '' }],
      ['expiresAt', { expiresAt: new Date(0) }],
    ])('refuses bad input and names %s', async (field, more) => {
      expect(await refusalOf(create(a, more))).toMatchObject({ reason: 'invalid-input', field });
    });
  });

  describe('ListApiKeys', () => {
    it('shows a tenant its own keys, newest first and without secrets', async () => {
      const [older, newer] = [await create(a), await create(a, { name: 'Second' })];
      await create(b);
      const page = await a.call(listApiKeys, {});
      expect(page.data.map(({ id }) => id)).toEqual([newer.id, older.id]);
      expect(page.data[0]).toMatchObject({
        name: 'Second',
        prefix: newer.prefix,
        status: 'active',
        createdBy: a.userId,
        lastUsedAt: null,
      });
      expect(JSON.stringify(page)).not.toContain(newer.key);
    });

    it('pages', async () => {
      const made = [await create(a), await create(a), await create(a)].map(({ id }) => id).reverse();
      const first = await a.call(listApiKeys, { limit: 2 });
      const second = await a.call(listApiKeys, { limit: 2, cursor: first.nextCursor });
      expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(made);
      expect(second.nextCursor).toBeNull();
    });

    it('says which keys are over', async () => {
      const expired = await create(a, { expiresAt: new Date(Date.now() + 1_000) });
      await identity.database.admin(
        `update identity.api_key set expires_at = now() - interval '1 second' where id = $1`,
        [expired.id],
      );
      const revoked = await create(a);
      await a.call(revokeApiKey, { id: revoked.id });
      expect((await a.call(listApiKeys, {})).data.map(({ status }) => status)).toEqual(['revoked', 'expired']);
    });
  });

  describe('RotateApiKey', () => {
    it('gives a new secret under the same id while the old one works on for a while', async () => {
      const old = await create(a);
      const fresh = await a.call(rotateApiKey, { id: old.id, overlapSeconds: 3600 });
      expect(fresh.id).toBe(old.id);
      expect(fresh.key).not.toBe(old.key);
      expect(await entryOf(fresh.key)).toMatchObject({
        version: 2,
        status: 'active',
        overlapUntil: null,
        grants: ['members.read'],
      });
      const until = Date.parse((await entryOf(old.key))!.overlapUntil!);
      expect(Math.abs(until - Date.now() - 3_600_000)).toBeLessThan(60_000);
    });

    it('ends the old secret at once unless told otherwise, and every older one', async () => {
      const first = await create(a);
      const second = await a.call(rotateApiKey, { id: first.id, overlapSeconds: 3600 });
      await a.call(rotateApiKey, { id: first.id });
      for (const { key } of [first, second])
        expect(Date.parse((await entryOf(key))!.overlapUntil!)).toBeLessThanOrEqual(Date.now());
    });

    it('refuses a key that is revoked, and one that may do more than who asks', async () => {
      const { id } = await create(a, { scopes: ['*'] });
      expect(await refusalOf(identity.as(a.tenantId, 'admin').call(rotateApiKey, { id }))).toMatchObject({
        reason: 'forbidden',
      });
      await a.call(revokeApiKey, { id });
      expect(await refusalOf(a.call(rotateApiKey, { id }))).toMatchObject({ reason: 'conflict' });
    });

    it('says the same of another tenant’s key and of none', async () => {
      const { id } = await create(b);
      expect(await refusalOf(a.call(rotateApiKey, { id }))).toEqual(
        await refusalOf(a.call(rotateApiKey, { id: newId() })),
      );
    });
  });

  describe('RevokeApiKey', () => {
    it('revokes every secret, and contexts that were signed for the key', async () => {
      const old = await create(a);
      const fresh = await a.call(rotateApiKey, { id: old.id, overlapSeconds: 3600 });
      await a.call(revokeApiKey, { id: old.id });
      for (const { key } of [old, fresh]) expect(await entryOf(key)).toMatchObject({ status: 'revoked', version: 3 });
      expect(await identity.entry('revocations', old.id)).toMatchObject({ version: 1 });
    });

    it('is done already the second time', async () => {
      const { id } = await create(a);
      await a.call(revokeApiKey, { id });
      await a.call(revokeApiKey, { id });
      expect((await identity.events(a.tenantId)).map(({ name }) => name)).toEqual(['ApiKeyCreated', 'ApiKeyRevoked']);
    });

    it('leaves another tenant’s key alone', async () => {
      const { id, key } = await create(b);
      expect(await refusalOf(a.call(revokeApiKey, { id }))).toMatchObject({ reason: 'not-found' });
      expect(await entryOf(key)).toMatchObject({ status: 'active' });
    });
  });

  describe('RecordKeyUse', () => {
    it('notes many tenants’ uses at once; a late report changes nothing', async () => {
      const [ofA, ofB] = [await create(a), await create(b)];
      const [earlier, later] = [new Date('2026-01-01T10:00:00Z'), new Date('2026-01-01T11:00:00Z')];
      const use = (tenantId: string, keyId: string, usedAt: Date) => ({ tenantId, keyId, usedAt });
      await identity.anonymous(recordKeyUse, {
        uses: [use(a.tenantId, ofA.id, later), use(b.tenantId, ofB.id, earlier)],
      });
      await identity.anonymous(recordKeyUse, {
        uses: [use(a.tenantId, ofA.id, earlier), use(a.tenantId, ofB.id, later)],
      });
      expect((await a.call(listApiKeys, {})).data[0]?.lastUsedAt).toEqual(later);
      expect((await b.call(listApiKeys, {})).data[0]?.lastUsedAt).toEqual(earlier);
    });

    it('takes an empty report', async () => {
      await expect(identity.anonymous(recordKeyUse, { uses: [] })).resolves.toBeDefined();
    });
  });
});
