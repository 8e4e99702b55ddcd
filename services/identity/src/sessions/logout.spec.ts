import { login, logout, refresh, type LoginReply } from '@tenantry/contracts';
import { decodeJwt } from 'jose';
import { GOOD_PASSWORD, IdentityFixture, refusalOf } from '../identity.fixture.js';

describe('Logout', () => {
  let identity: IdentityFixture;
  let a: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    a = await identity.addTenant();
    for (const name of ['ada', 'bob']) await identity.memberWithPassword(`${name}@example.com`, a);
  });
  afterAll(() => identity?.stop());

  const signIn = (name: string) => identity.anonymous(login, { email: `${name}@example.com`, password: GOOD_PASSWORD });
  const sessionOf = (reply: LoginReply) => String(decodeJwt(reply.accessToken)['sid']);
  const signOut = (reply: LoginReply, input: { refreshToken?: string } = {}) =>
    identity.as(a, 'staff', decodeJwt(reply.accessToken).sub).call(logout, input, { credentialId: sessionOf(reply) });

  it('ends the session that asks: its tokens are dead, the person’s other session lives', async () => {
    const [here, elsewhere] = [await signIn('ada'), await signIn('ada')];
    await signOut(here);
    expect(await refusalOf(identity.anonymous(refresh, { refreshToken: here.refreshToken }))).toMatchObject({
      reason: 'refresh-refused',
    });
    const revoked = await identity.entry<{ expiresAt: string }>('revocations', sessionOf(here));
    expect(Date.parse(revoked!.expiresAt)).toBeGreaterThan(Date.now() + 599_000 - 10_000);
    await expect(identity.anonymous(refresh, { refreshToken: elsewhere.refreshToken })).resolves.toBeDefined();
  });

  it('ends another session of the same person by its refresh token', async () => {
    const [here, lost] = [await signIn('ada'), await signIn('ada')];
    await signOut(here, { refreshToken: lost.refreshToken });
    expect(await identity.entry('revocations', sessionOf(lost))).toBeDefined();
    expect(await identity.entry('revocations', sessionOf(here))).toBeUndefined();
  });

  it('can’t end somebody else’s session, and does not say whether there is one', async () => {
    const [ada, bob] = [await signIn('ada'), await signIn('bob')];
    await signOut(bob, { refreshToken: ada.refreshToken });
    await identity.as(a, 'staff', decodeJwt(bob.accessToken).sub).call(logout, {}, { credentialId: sessionOf(ada) });
    expect(await identity.entry('revocations', sessionOf(ada))).toBeUndefined();
  });

  it('is done already the second time', async () => {
    const reply = await signIn('ada');
    await signOut(reply);
    await signOut(reply);
    const ended = (await identity.events(a)).filter(
      ({ name, data }) => name === 'SessionEnded' && data['sessionId'] === sessionOf(reply),
    );
    expect(ended).toHaveLength(1);
  });

  it('is for people', async () => {
    const key = identity.as(a, 'owner').call(logout, {}, { actor: { kind: 'key', id: 'key', role: null } });
    expect(await refusalOf(key)).toMatchObject({ reason: 'forbidden' });
  });
});
