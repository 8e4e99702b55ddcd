import { addMember, addStaff, login, refresh } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { decodeJwt } from 'jose';
import { GOOD_PASSWORD, IdentityFixture, refusalOf } from '../identity.fixture.js';

describe('Login', () => {
  let identity: IdentityFixture;
  let a: string;
  let b: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    [a, b] = [await identity.addTenant({ slug: 'chinook' }), await identity.addTenant({ slug: 'clinic' })];
    await identity.memberWithPassword('ada@example.com', a);
    await identity.memberWithPassword('both@example.com', a, b);
    await identity.as(PLATFORM_TENANT_ID, 'super_admin').call(addStaff, { email: 'staff@example.com', role: 'viewer' });
    await identity.memberWithPassword('staff@example.com');
  });
  afterAll(() => identity?.stop());

  const signIn = (email: string, more: object = {}) =>
    identity.anonymous(login, { email, password: GOOD_PASSWORD, ...more });

  it('gives tokens for the person’s only tenant, and says where they belong', async () => {
    const reply = await signIn(' Ada@Example.com ');
    expect(reply.memberships).toEqual([{ tenantId: a, slug: 'chinook', role: 'staff' }]);
    expect(reply.expiresIn).toBe(600);
    expect(reply.refreshToken).toMatch(/^tnr_/);
    expect(decodeJwt(reply.accessToken)).toMatchObject({ iss: 'tenantry', aud: 'tenantry', ten: a });
  });

  it('remembers the tenant that was wanted last', async () => {
    expect(decodeJwt((await signIn('both@example.com')).accessToken)['ten']).toBe(a);
    expect(decodeJwt((await signIn('both@example.com', { tenant: 'clinic' })).accessToken)['ten']).toBe(b);
    const reply = await signIn('both@example.com');
    expect(decodeJwt(reply.accessToken)['ten']).toBe(b);
    expect(reply.memberships.map(({ slug }) => slug)).toEqual(['chinook', 'clinic']);
  });

  it('gives platform staff a token for no tenant', async () => {
    const reply = await signIn('staff@example.com');
    expect(decodeJwt(reply.accessToken)).not.toHaveProperty('ten');
    expect(reply.memberships).toEqual([]);
  });

  it('says the same of another’s tenant and of none', async () => {
    const others = await refusalOf(signIn('ada@example.com', { tenant: 'clinic' }));
    expect(others).toEqual(await refusalOf(signIn('ada@example.com', { tenant: 'nowhere' })));
    expect(others).toMatchObject({ reason: 'not-found', field: 'tenant' });
  });

  it('stays open while the tenant is suspended, and knows a deactivated one no more', async () => {
    await identity.setTenant(a, { slug: 'chinook', status: 'suspended' });
    expect((await signIn('ada@example.com')).memberships).toHaveLength(1);
    await identity.setTenant(a, { slug: 'chinook', status: 'deactivated' });
    const reply = await signIn('ada@example.com');
    expect(reply.memberships).toEqual([]);
    expect(decodeJwt(reply.accessToken)).not.toHaveProperty('ten');
    await identity.setTenant(a, { slug: 'chinook', status: 'active' });
  });

  it('gives no token for a tenant that may not be used from there, nor a new one for an old one', async () => {
    const { refreshToken } = await signIn('ada@example.com');
    const sessions = async () => (await identity.events(a)).filter(({ name }) => name === 'SessionStarted').length;
    const before = await sessions();
    const again = (token: string) => identity.anonymous(refresh, { refreshToken: token });
    try {
      for (const elsewhere of ['198.51.100.0/24', '2001:db8::/32']) {
        identity.restrict(a, [elsewhere]);
        expect(await refusalOf(signIn('ada@example.com'))).toMatchObject({ reason: 'address-refused' });
        expect(await refusalOf(again(refreshToken))).toMatchObject({ reason: 'address-refused' });
        const wrong = signIn('ada@example.com', { password: 'not hers' });
        expect(await refusalOf(wrong)).toMatchObject({ reason: 'sign-in-refused' });
      }
      expect(await sessions()).toBe(before);
      await signIn('both@example.com', { tenant: 'clinic' });
      identity.restrict(a, ['198.51.100.0/24', '203.0.113.7']);
      await signIn('ada@example.com');
      await again(refreshToken);
    } finally {
      identity.restrict(a, []);
    }
  });

  it('announces the session in the trail of its tenant, without anything secret', async () => {
    const reply = await signIn('ada@example.com');
    const [last] = (await identity.events(a)).filter(({ name }) => name === 'SessionStarted').slice(-1);
    expect(last?.data).toEqual({
      sessionId: decodeJwt(reply.accessToken)['sid'],
      personId: decodeJwt(reply.accessToken).sub,
    });
    expect((await identity.events(b)).some(({ data }) => data['sessionId'] === last?.data['sessionId'])).toBe(false);
    const kept = JSON.stringify(await identity.database.admin('select * from identity.outbox'));
    for (const secret of [reply.refreshToken, reply.accessToken, GOOD_PASSWORD, 'ada@example.com'])
      expect(kept).not.toContain(secret);
  });

  it('keeps of a refresh token nothing but its hash', async () => {
    const { refreshToken } = await signIn('ada@example.com');
    const rows = JSON.stringify(
      await identity.database.admin(`select encode(hash, 'escape') as hash, token from identity.refresh_token token`),
    );
    expect(rows).not.toContain(refreshToken.slice(4));
  });

  it('answers a wrong password, an unknown address and somebody without a password alike', async () => {
    await identity.as(a, 'owner').call(addMember, { email: 'invited@example.com', role: 'staff' });
    const wrong = (email: string) => refusalOf(identity.anonymous(login, { email, password: 'not the password' }));
    const answers = [
      await wrong('ada@example.com'),
      await wrong('nobody@example.com'),
      await wrong('invited@example.com'),
    ];
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toEqual({ reason: 'sign-in-refused', field: undefined, retryAfterS: undefined });
  });
});
