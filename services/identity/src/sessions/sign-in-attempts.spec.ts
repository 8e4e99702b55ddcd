import { IdentityFixture, refusalOf } from '../identity.fixture.js';
import { SignInAttempts } from './sign-in-attempts.js';

describe('SignInAttempts', () => {
  let identity: IdentityFixture;
  let attempts: SignInAttempts;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    attempts = identity.get(SignInAttempts);
  });
  afterAll(() => identity?.stop());

  async function fail(account: string, times: number, address: string | null = null): Promise<void> {
    for (let i = 0; i < times; i++) await attempts.begin(account, address);
  }

  it('slows an account down after five failures, doubling the wait each time', async () => {
    await fail('slow@example.com', 5);
    const waits: (number | undefined)[] = [];
    for (let round = 0; round < 4; round++) {
      const { reason, retryAfterS } = await refusalOf(attempts.begin('slow@example.com', null));
      expect(reason).toBe('too-many-attempts');
      waits.push(retryAfterS);
      identity.clock.advance(retryAfterS! * 1000);
      await attempts.begin('slow@example.com', null);
    }
    expect(waits).toEqual([1, 2, 4, 8]);
  });

  it('lets the same people sign in several times at once from one address', async () => {
    const signIn = async (account: string): Promise<void> => {
      await attempts.begin(account, '203.0.113.99');
      await attempts.succeeded(account, '203.0.113.99');
    };
    const people = Array.from({ length: 6 }, (_, index) => `many-${index}@example.com`); // keys before and after the address's
    for (let round = 0; round < 10; round++) {
      await expect(Promise.all([...people, ...people].map(signIn))).resolves.toBeDefined();
    }
  });

  it('never makes anybody wait longer than a quarter of an hour', async () => {
    await identity.database.admin('update identity.sign_in_attempt set failures = 1000000, blocked_until = null');
    await attempts.begin('slow@example.com', null);
    const { retryAfterS } = await refusalOf(attempts.begin('slow@example.com', null));
    expect(retryAfterS).toBeGreaterThan(890);
    expect(retryAfterS).toBeLessThanOrEqual(900);
  });

  it('forgets after a quarter of an hour, and after a success', async () => {
    await fail('old@example.com', 4);
    identity.clock.advance(901_000);
    await fail('old@example.com', 4);
    await attempts.succeeded('old@example.com', null);
    await fail('old@example.com', 5);
  });

  it('leaves other accounts alone', async () => {
    await fail('one@example.com', 5);
    await expect(attempts.begin('two@example.com', null)).resolves.toBeUndefined();
  });

  it('slows an address down that tries many accounts', async () => {
    const address = '198.51.100.9';
    for (let i = 0; i < 50; i++) await attempts.begin(`many-${i}@example.com`, address);
    expect(await refusalOf(attempts.begin('many-51@example.com', address))).toMatchObject({
      reason: 'too-many-attempts',
    });
    await expect(attempts.begin('many-51@example.com', '198.51.100.10')).resolves.toBeUndefined();
  });

  it('can’t be outrun by attempts at the same time', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => attempts.begin('race@example.com', '198.51.100.11')),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('keeps no address and no account in clear', async () => {
    await attempts.begin('clear@example.com', '198.51.100.12');
    const rows = await identity.database.admin<{ key: string }>(
      `select encode(key, 'escape') as key from identity.sign_in_attempt`,
    );
    expect(JSON.stringify(rows)).not.toMatch(/clear@example|198\.51/);
  });
});
