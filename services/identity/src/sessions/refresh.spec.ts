import { login, refresh, type LoginReply } from '@tenantry/contracts';
import { decodeJwt } from 'jose';
import { GOOD_PASSWORD, IdentityFixture, refusalOf } from '../identity.fixture.js';
import { REFRESH_LIFETIME_MS, SESSION_LIFETIME_MS } from './session.js';

describe('Refresh', () => {
  let identity: IdentityFixture;
  let a: string;
  let b: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    [a, b] = [await identity.addTenant({ slug: 'chinook' }), await identity.addTenant({ slug: 'clinic' })];
    await identity.memberWithPassword('ada@example.com', a, b);
  });
  afterAll(() => identity?.stop());

  const signIn = () => identity.anonymous(login, { email: 'ada@example.com', password: GOOD_PASSWORD });
  const exchange = (refreshToken: string, tenant?: string) => identity.anonymous(refresh, { refreshToken, tenant });
  const sessionOf = (reply: LoginReply) => String(decodeJwt(reply.accessToken)['sid']);

  it('gives new tokens of the same session, for the same tenant or another of the person’s', async () => {
    const first = await signIn();
    const second = await exchange(first.refreshToken);
    const third = await exchange(second.refreshToken, 'clinic');
    expect([sessionOf(second), sessionOf(third)]).toEqual([sessionOf(first), sessionOf(first)]);
    expect(decodeJwt(second.accessToken)['ten']).toBe(decodeJwt(first.accessToken)['ten']);
    expect(decodeJwt(third.accessToken)['ten']).toBe(b);
    expect(new Set([first, second, third].map(({ refreshToken }) => refreshToken)).size).toBe(3);
  });

  it('gives no token for a tenant in which sessions last less long, and still one for another', async () => {
    const { refreshToken } = await signIn();
    try {
      identity.restrict(b, [], 8);
      const second = await exchange(refreshToken, 'clinic');
      identity.clock.advance(8 * 3_600_000);
      expect(await refusalOf(exchange(second.refreshToken, 'clinic'))).toMatchObject({ reason: 'refresh-refused' });
      expect(decodeJwt((await exchange(second.refreshToken, 'chinook')).accessToken)['ten']).toBe(a);
    } finally {
      identity.restrict(b, []);
    }
  });

  it('ends the whole session when a token comes a second time, whoever shows it', async () => {
    const first = await signIn();
    const second = await exchange(first.refreshToken);
    const other = await signIn();

    expect(await refusalOf(exchange(first.refreshToken))).toMatchObject({ reason: 'refresh-refused' });
    expect(await refusalOf(exchange(second.refreshToken))).toMatchObject({ reason: 'refresh-refused' });

    expect(await identity.entry('revocations', sessionOf(first))).toMatchObject({ version: 1 });
    const ended = (await identity.events()).filter(({ name }) => name === 'SessionEnded');
    expect(ended.at(-1)?.data).toMatchObject({ sessionId: sessionOf(first), reason: 'token_reused' });
    await expect(exchange(other.refreshToken)).resolves.toBeDefined();
  });

  it('lets one of two who show a token at the same time through at most, and ends the session', async () => {
    const { refreshToken } = await signIn();
    const outcomes = await Promise.allSettled([exchange(refreshToken), exchange(refreshToken), exchange(refreshToken)]);
    const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    expect(winners).toHaveLength(1);
    expect(await refusalOf(exchange(winners[0]!.refreshToken))).toMatchObject({ reason: 'refresh-refused' });
  });

  it.each([
    ['made up', `tnr_${'a'.repeat(43)}`],
    ['of another kind', `tnl_${'a'.repeat(43)}`],
    ['no token', 'x'],
  ])('refuses a token that is %s', async (_what, token) => {
    expect(await refusalOf(exchange(token))).toMatchObject({ reason: 'refresh-refused' });
  });

  it('gives no tenant that is not the person’s, and spends no token on it', async () => {
    const { refreshToken } = await signIn();
    expect(await refusalOf(exchange(refreshToken, 'nowhere'))).toMatchObject({ reason: 'not-found', field: 'tenant' });
    await expect(exchange(refreshToken)).resolves.toBeDefined();
  });

  it('refuses a token that nobody used for a month, and any session after three', async () => {
    const idle = await signIn();
    identity.clock.advance(REFRESH_LIFETIME_MS + 1);
    expect(await refusalOf(exchange(idle.refreshToken))).toMatchObject({ reason: 'refresh-refused' });

    let busy = await signIn();
    for (let age = 0; age < SESSION_LIFETIME_MS; age += REFRESH_LIFETIME_MS / 2) {
      busy = await exchange(busy.refreshToken);
      identity.clock.advance(REFRESH_LIFETIME_MS / 2);
    }
    expect(await refusalOf(exchange(busy.refreshToken))).toMatchObject({ reason: 'refresh-refused' });
  });
});
