import { generateKeyPair } from 'jose';
import { getMe, getMyTenant, login, type RecordKeyUseRequest } from '@tenantry/contracts';
import { newId, PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { NoteKeyUse } from './note-key-use.js';
import { bearer, TestGateway, type TestTenant } from '../testing/test-gateway.fixture.js';

describe('authentication', () => {
  let gateway: TestGateway;
  let a: TestTenant;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    a = await gateway.tenant('chinook');
    gateway.services.answer(getMyTenant, ({ ctx }) => ({ id: ctx.tenantId }));
    gateway.services.answer(getMe, ({ ctx }) => ({ id: ctx.actor.id }));
    gateway.services.answer(login, () => ({ accessToken: 'x' }));
  });
  afterAll(() => gateway.close());

  const ask = (headers: Record<string, string>) => gateway.http.inject({ url: '/v1/tenant', headers });

  it('asks the service as the person of the token, in the tenant of the token', async () => {
    const answer = await ask(bearer(a.owner.token));
    expect([answer.statusCode, answer.json()]).toEqual([200, { id: a.id }]);
    expect(gateway.services.lastCall.ctx).toMatchObject({
      tenantId: a.id,
      actor: { kind: 'user', id: a.owner.id, role: 'owner' },
      permissions: ['*'],
      credentialId: a.owner.sessionId,
    });
  });

  it('asks as the program of a key, from either header, with the grants of the key', async () => {
    const key = gateway.key(a.id, { grants: ['tenant.read'] });
    for (const headers of [bearer(key.secret), { apikey: key.secret }]) {
      expect((await ask(headers)).json()).toEqual({ id: a.id });
      expect(gateway.services.lastCall.ctx).toMatchObject({
        actor: { kind: 'key', id: key.id },
        permissions: ['tenant.read'],
        credentialId: key.id,
      });
    }
  });

  it.each<[string, () => Promise<Record<string, string>> | Record<string, string>]>([
    ['no credential', () => ({})],
    ['another scheme', () => ({ authorization: 'Basic YTpi' })],
    ['an empty token', () => ({ authorization: 'Bearer ' })],
    ['two tokens', () => ({ authorization: `Bearer ${a.owner.token} ${a.owner.token}` })],
    ['a token of 5,000 characters', () => bearer('x'.repeat(5_000))],
    ['not a token', () => bearer('abc.def.ghi')],
    ['an edited token', () => bearer(a.owner.token.replace(/\.[\w-]{8}/, '.eyJhIjoxf'))],
    ['a token without a signature', () => bearer(`${a.owner.token.split('.').slice(0, 2).join('.')}.`)],
    [
      'a token that says alg none',
      () => bearer(`${btoa('{"alg":"none","typ":"at+jwt"}')}.${a.owner.token.split('.')[1]}.`),
    ],
    [
      'a token of an unknown key',
      async () => bearer(await gateway.token({ sub: a.owner.id, sid: newId() }, { kid: 'other' })),
    ],
    [
      'a token signed by somebody else',
      async () =>
        bearer(await gateway.token({ sub: a.owner.id, sid: newId() }, {}, (await generateKeyPair('EdDSA')).privateKey)),
    ],
    [
      'a token for another audience',
      async () => bearer(await gateway.token({ sub: a.owner.id, sid: newId(), aud: 'billing' })),
    ],
    [
      'a token of another issuer',
      async () => bearer(await gateway.token({ sub: a.owner.id, sid: newId(), iss: 'evil' })),
    ],
    [
      'a token of another type',
      async () => bearer(await gateway.token({ sub: a.owner.id, sid: newId() }, { typ: 'tenantry-ctx+jwt' })),
    ],
    [
      'an expired token',
      async () =>
        bearer(await gateway.token({ sub: a.owner.id, sid: newId(), exp: Math.floor(Date.now() / 1000) - 60 })),
    ],
    [
      'a token from too long ago',
      async () =>
        bearer(await gateway.token({ sub: a.owner.id, sid: newId(), iat: Math.floor(Date.now() / 1000) - 4_000 })),
    ],
    [
      'a token from a clock that is a minute ahead',
      async () =>
        bearer(await gateway.token({ sub: a.owner.id, sid: newId(), iat: Math.floor(Date.now() / 1000) + 60 })),
    ],
    ['a token without a session', async () => bearer(await gateway.token({ sub: a.owner.id }))],
    [
      'a token of an unknown person',
      async () => bearer(await gateway.token({ sub: newId(), sid: newId(), ten: a.id })),
    ],
    [
      'a token whose tenant is no id',
      async () => bearer(await gateway.token({ sub: a.owner.id, sid: newId(), ten: 'chinook' })),
    ],
    ['an unknown key', () => bearer(`sk_live_${'0'.repeat(32)}`)],
    ['an expired key', () => bearer(gateway.key(a.id, { expiresAt: new Date(Date.now() - 1).toISOString() }).secret)],
    [
      'a rotated key after its overlap',
      () => bearer(gateway.key(a.id, { overlapUntil: new Date(Date.now() - 1).toISOString() }).secret),
    ],
    ['a revoked key', () => bearer(gateway.key(a.id, { status: 'revoked' }).secret)],
  ])('refuses %s', async (_, headers) => {
    const answer = await ask(await headers());
    expect(answer.statusCode).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'unauthenticated' });
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
  });

  it('accepts a token from a clock that is a few seconds ahead', async () => {
    const iat = Math.floor(Date.now() / 1_000) + 3;
    const token = await gateway.token({ sub: a.owner.id, sid: a.owner.sessionId, ten: a.id, iat });
    expect((await ask(bearer(token))).statusCode).toBe(200);
  });

  it('accepts a rotated key during its overlap', async () => {
    const key = gateway.key(a.id, { overlapUntil: new Date(Date.now() + 60_000).toISOString() });
    expect((await ask(bearer(key.secret))).statusCode).toBe(200);
  });

  it('refuses a remembered token once its session is revoked, and a key once it is', async () => {
    const person = await gateway.person({ memberships: [{ tenantId: a.id, role: 'owner' }] });
    const key = gateway.key(a.id);
    for (const [headers, credentialId] of [
      [bearer(person.token), person.sessionId],
      [bearer(key.secret), key.id],
    ] as const) {
      expect((await ask(headers)).statusCode).toBe(200);
      gateway.directories.revocations.put(credentialId, {
        version: 1,
        expiresAt: new Date(Date.now() + 600_000).toISOString(),
      });
      expect((await ask(headers)).statusCode).toBe(401);
    }
  });

  it('refuses a person who was disabled', async () => {
    const person = await gateway.person({ memberships: [{ tenantId: a.id, role: 'owner' }] });
    expect((await ask(bearer(person.token))).statusCode).toBe(200);
    gateway.setMember(person.id, { status: 'disabled' });
    expect((await ask(bearer(person.token))).statusCode).toBe(401);
  });

  it('accepts a key whose directory entry is still on its way', async () => {
    const { keys } = gateway.directories;
    const key = gateway.key(a.id);
    const entry = keys.get(key.digest)!;
    keys.remove(key.digest);
    const answer = ask(bearer(key.secret));
    setImmediate(() => keys.put(key.digest, entry));
    expect((await answer).statusCode).toBe(200);
  });

  it('reports which keys were used, together and once', async () => {
    const notes = gateway.get(NoteKeyUse);
    await notes.report();
    const [one, other] = [gateway.key(a.id), gateway.key(a.id)];
    for (const { secret } of [one, other, one]) await ask(bearer(secret));
    await notes.report();
    const { operation, input, ctx } = gateway.services.lastCall;
    const { uses } = input as RecordKeyUseRequest;
    expect([operation, uses.map(({ tenantId, keyId }) => [tenantId, keyId])]).toEqual([
      'RecordKeyUse',
      [
        [a.id, one.id],
        [a.id, other.id],
      ],
    ]);
    expect(ctx).toMatchObject({ tenantId: PLATFORM_TENANT_ID, actor: { kind: 'service', id: 'gateway' } });
    const before = gateway.services.calls.length;
    await notes.report();
    expect(gateway.services.calls).toHaveLength(before);
  });

  it('asks nobody for a credential where none is needed, whatever is sent', async () => {
    const answer = await gateway.http.inject({
      method: 'POST',
      url: '/v1/auth/login',
      headers: bearer('stale'),
      payload: { email: 'a@b.c', password: 'p' },
    });
    expect(answer.statusCode).toBe(200);
    expect(gateway.services.lastCall.ctx).toMatchObject({ actor: { kind: 'anonymous' }, permissions: [] });
  });

  it('does not let internal headers from outside through', async () => {
    await ask({ ...bearer(a.owner.token), 'tenantry-context': 'forged', 'tenantry-request': '{"id":"mine"}' });
    expect(gateway.services.lastCall.ctx.request.id).not.toBe('mine');
  });
});
