import { login, refresh } from '@tenantry/contracts';
import { GOOD_PASSWORD, IdentityFixture } from '../identity.fixture.js';
import { EveryHourSweep } from './every-hour-sweep.js';
import { SESSION_LIFETIME_MS } from './session.js';

describe('EveryHourSweep', () => {
  let identity: IdentityFixture;
  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());

  it('keeps what lives, and removes in time what has ended', async () => {
    const tenant = await identity.addTenant();
    await identity.memberWithPassword('ada@example.com', tenant);
    const reply = await identity.anonymous(login, { email: 'ada@example.com', password: GOOD_PASSWORD });
    const sweep = identity.get(EveryHourSweep);

    await sweep.handle();
    await expect(identity.anonymous(refresh, { refreshToken: reply.refreshToken })).resolves.toBeDefined();

    identity.clock.advance(2 * SESSION_LIFETIME_MS);
    await sweep.handle();
    for (const table of ['session', 'refresh_token', 'one_time_link', 'sign_in_attempt']) {
      expect(await identity.database.count(`identity.${table}`)).toBe(0);
    }
    expect(await identity.database.count('identity.person')).toBe(1);
  });
});
