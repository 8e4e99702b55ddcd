import { Guessability } from './guessability.js';
import { PasswordRules } from './password.js';

describe('PasswordRules', () => {
  const guessability = new Guessability();
  const rules = new PasswordRules(guessability);
  afterAll(() => guessability.onModuleDestroy());

  const check = (password: string): Promise<void> => rules.assertGood(password, 'ada@chinook.example', 'password');

  it('accepts a passphrase and what a password manager makes', async () => {
    await check('correct horse battery staple');
    await check('x9$kQ2mv!tZp');
  });

  it.each([
    ['too short', 'x9$kQ2mv!tZ'],
    ['too long', `${'x9$kQ2mv!tZp'.repeat(10)}123456789`],
    ['with the e-mail address', 'my Ada@Chinook.example pass'],
    ['known from leaks', 'Password1234'],
    ['one thing again and again', 'aaaaaaaaaaaaaaaaaaaa'],
    ['made of the address', 'chinookchinook'],
  ])('refuses one that is %s, and names the field', async (_what, password) => {
    await expect(check(password)).rejects.toMatchObject({ reason: 'password-weak', errors: [{ field: 'password' }] });
  });

  it('answers within bounds on input made to be slow, and does not stop the service meanwhile', async () => {
    const beats = setInterval(() => count++, 5);
    let count = 0;
    await check('4@8({[</369&#!1/|0$5+7%2/4'.padEnd(120, '4@8($3!'));
    clearInterval(beats);
    expect(count).toBeGreaterThan(0);
  });
});
