import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { acceptOwnerLink, addMember, login } from '@tenantry/contracts';
import { GOOD_PASSWORD, IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';
import { LINK_LIFETIME_MS } from './one-time-link.js';

describe('AcceptOwnerLink', () => {
  let identity: IdentityFixture;
  let a: Caller;
  let b: Caller;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    [a, b] = [
      identity.as(await identity.addTenant({ slug: 'chinook', name: 'Chinook' }), 'owner'),
      identity.as(await identity.addTenant(), 'owner'),
    ];
  });
  afterAll(() => identity?.stop());

  let lastNumber = 0;
  const invite = async (caller: Caller, email = `guest-${++lastNumber}@example.com`) => {
    await caller.call(addMember, { email, role: 'staff' });
    await identity.deliverOwnEvents();
    return { email, tokens: tokensFor(email) };
  };
  const tokensFor = (email: string) =>
    identity
      .mails()
      .filter((mail) => mail.includes(email))
      .map((mail) => /tnl_[\w-]{43}/.exec(mail)![0]);
  const accept = (token: string, password = GOOD_PASSWORD) => identity.anonymous(acceptOwnerLink, { token, password });

  it('mails a link that sets the first password and signs in, to the tenant that sent it', async () => {
    const { email, tokens } = await invite(a);
    expect(tokens).toHaveLength(1);
    expect((await accept(tokens[0]!)).memberships).toMatchObject([{ slug: 'chinook', role: 'staff' }]);
    await expect(identity.anonymous(login, { email, password: GOOD_PASSWORD })).resolves.toBeDefined();
    expect((await identity.events(a.tenantId)).map(({ name }) => name)).toEqual(
      expect.arrayContaining(['InvitationSent', 'InvitationAccepted']),
    );
  });

  it('keeps the mail to the owner of the process, and no token in the database', async () => {
    const { tokens } = await invite(a);
    const [newest] = readdirSync(identity.mailFolder).sort().slice(-1);
    expect(statSync(join(identity.mailFolder, newest!)).mode & 0o777).toBe(0o600);
    expect(statSync(identity.mailFolder).mode & 0o777).toBe(0o700);
    const kept = JSON.stringify([
      await identity.database.admin('select * from identity.one_time_link'),
      await identity.database.admin('select * from identity.outbox'),
    ]);
    expect(kept).not.toContain(tokens[0]!.slice(4));
  });

  it('works once, and the links of other tenants die with it', async () => {
    const { email, tokens } = await invite(a);
    const fromB = (await invite(b, email)).tokens.find((token) => token !== tokens[0])!;
    await accept(tokens[0]!);
    for (const token of [tokens[0]!, fromB])
      expect(await refusalOf(accept(token, 'another password that is fine'))).toMatchObject({
        reason: 'not-found',
        field: 'token',
      });
    await expect(identity.anonymous(login, { email, password: GOOD_PASSWORD })).resolves.toBeDefined();
  });

  it('lets one of two who follow it at the same time through', async () => {
    const { tokens } = await invite(a);
    const outcomes = await Promise.allSettled([
      accept(tokens[0]!),
      accept(tokens[0]!, 'another password that is fine'),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('sends nothing to somebody who has a password', async () => {
    const { email, tokens } = await invite(a);
    await accept(tokens[0]!);
    expect((await invite(b, email)).tokens).toHaveLength(1);
  });

  it('is not spent by a weak password', async () => {
    const { tokens } = await invite(a);
    expect(await refusalOf(accept(tokens[0]!, 'Password1234'))).toMatchObject({
      reason: 'password-weak',
      field: 'password',
    });
    await expect(accept(tokens[0]!)).resolves.toBeDefined();
  });

  it('says the same of a token that expired and of one that was made up', async () => {
    const { tokens } = await invite(a);
    identity.clock.advance(LINK_LIFETIME_MS + 1);
    const expired = await refusalOf(accept(tokens[0]!));
    expect(expired).toEqual(await refusalOf(accept(`tnl_${'a'.repeat(43)}`)));
    expect(expired).toEqual(await refusalOf(accept('x')));
  });
});
