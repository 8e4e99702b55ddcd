import { changePassword, login, refresh, type LoginReply } from '@tenantry/contracts';
import { decodeJwt } from 'jose';
import { GOOD_PASSWORD, IdentityFixture, refusalOf } from '../identity.fixture.js';

const NEW_PASSWORD = 'seven otters paint the harbour';

describe('ChangePassword', () => {
  let identity: IdentityFixture;
  let a: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    a = await identity.addTenant();
  });
  afterAll(() => identity?.stop());

  beforeEach(async () => {
    await identity.database.admin('truncate identity.person, identity.membership, identity.sign_in_attempt cascade');
    await identity.memberWithPassword('ada@example.com', a);
  });

  const signIn = (password = GOOD_PASSWORD) => identity.anonymous(login, { email: 'ada@example.com', password });
  const sessionOf = (reply: LoginReply) => String(decodeJwt(reply.accessToken)['sid']);
  const change = (reply: LoginReply, currentPassword: string, newPassword = NEW_PASSWORD) =>
    identity
      .as(a, 'staff', decodeJwt(reply.accessToken).sub)
      .call(changePassword, { currentPassword, newPassword }, { credentialId: sessionOf(reply) });

  it('lets the new password in and the old one no more', async () => {
    await change(await signIn(), GOOD_PASSWORD);
    await expect(signIn(NEW_PASSWORD)).resolves.toBeDefined();
    expect(await refusalOf(signIn())).toMatchObject({ reason: 'sign-in-refused' });
  });

  it('is said by the tokens that follow, so that it is young again where a tenant counts its days', async () => {
    await identity.database.admin(`update identity.person set password_set_at = now() - interval '400 days'`);
    const age = ({ accessToken }: LoginReply): number => Number(decodeJwt(accessToken)['pwd']);
    const reply = await signIn();
    expect(age(reply)).toBeLessThan(Date.now() / 1_000 - 399 * 86_400);
    await change(reply, GOOD_PASSWORD);
    const next = await identity.anonymous(refresh, { refreshToken: reply.refreshToken });
    expect(age(next)).toBeGreaterThan(Date.now() / 1_000 - 86_400);
    expect(age(await signIn(NEW_PASSWORD))).toBeGreaterThan(Date.now() / 1_000 - 86_400);
  });

  it('ends every other session in the same commit, and keeps the one that asked', async () => {
    const [here, thief] = [await signIn(), await signIn()];
    await change(here, GOOD_PASSWORD);
    expect(await identity.entry('revocations', sessionOf(thief))).toBeDefined();
    expect(await identity.entry('revocations', sessionOf(here))).toBeUndefined();
    expect(await refusalOf(identity.anonymous(refresh, { refreshToken: thief.refreshToken }))).toMatchObject({
      reason: 'refresh-refused',
    });
    await expect(identity.anonymous(refresh, { refreshToken: here.refreshToken })).resolves.toBeDefined();
  });

  it('is in the trail, without any password or hash', async () => {
    await change(await signIn(), GOOD_PASSWORD);
    const events = await identity.events(a);
    expect(events.at(-1)).toMatchObject({
      name: 'PasswordChanged',
      changes: [{ resource: 'person', new: { password: { commitment: null, sealed: null } } }],
    });
    expect(JSON.stringify(events)).not.toMatch(/argon2|otters/);
  });

  it('refuses a wrong current password, names the field, and slows guessing down', async () => {
    const reply = await signIn();
    for (let i = 0; i < 5; i++)
      expect(await refusalOf(change(reply, 'a wrong password'))).toMatchObject({
        reason: 'invalid-input',
        field: 'currentPassword',
      });
    expect(await refusalOf(change(reply, GOOD_PASSWORD))).toMatchObject({ reason: 'too-many-attempts' });
  });

  it('follows the strictest of the person’s tenants, and no rule of another', async () => {
    const [strict, foreign] = [await identity.addTenant(), await identity.addTenant()];
    await identity.memberWithPassword('ada@example.com', strict);
    identity.askOfPasswords(strict, { passwordMinLength: 40 });
    identity.askOfPasswords(foreign, { passwordMinLength: 64 });
    expect(await refusalOf(change(await signIn(), GOOD_PASSWORD))).toMatchObject({
      ...{ reason: 'password-weak', field: 'newPassword' },
    });
    await change(await signIn(), GOOD_PASSWORD, `${NEW_PASSWORD} before the rain`);
  });

  it('takes none of the last passwords again where a tenant wants that, and keeps no more of them than needed', async () => {
    const kept = async () =>
      (await identity.database.admin<{ hash: string }>('select password_hash as hash from identity.former_password'))
        .length;
    await change(await signIn(), GOOD_PASSWORD);
    await change(await signIn(NEW_PASSWORD), NEW_PASSWORD, GOOD_PASSWORD);
    expect(await kept()).toBe(0);
    identity.askOfPasswords(a, { passwordHistory: 3 });
    const third = 'nine herons read the almanac';
    expect(await refusalOf(change(await signIn(), GOOD_PASSWORD, GOOD_PASSWORD))).toMatchObject({
      reason: 'password-weak',
    });
    await change(await signIn(), GOOD_PASSWORD);
    await change(await signIn(NEW_PASSWORD), NEW_PASSWORD, third);
    for (const again of [GOOD_PASSWORD, NEW_PASSWORD, third])
      expect(await refusalOf(change(await signIn(third), third, again))).toMatchObject({ reason: 'password-weak' });
    await change(await signIn(third), third, 'four walnut clocks disagree');
    await change(await signIn('four walnut clocks disagree'), 'four walnut clocks disagree', GOOD_PASSWORD);
    expect(await kept()).toBe(2);
    identity.askOfPasswords(a, {});
    await change(await signIn(), GOOD_PASSWORD);
    expect(await kept()).toBe(0);
  });

  it('refuses a weak new password, and changes nothing', async () => {
    expect(await refusalOf(change(await signIn(), GOOD_PASSWORD, 'Password1234'))).toMatchObject({
      reason: 'password-weak',
      field: 'newPassword',
    });
    await expect(signIn()).resolves.toBeDefined();
  });
});
