import { Directory, type MemberEntry } from '@tenantry/messaging';
import { isMember } from './membership.js';

const SOON_MS = 20;
const LONG_MS = 60_000;
const entry = (version: number, ...tenants: string[]): MemberEntry => ({
  ...{ version, status: 'active', platformRole: null },
  memberships: tenants.map((tenantId) => ({ tenantId, role: 'member' })),
});

describe('A member', () => {
  let members: Directory<MemberEntry>;
  beforeEach(() => {
    members = new Directory();
    members.put('ada', entry(1, 'a'));
  });
  afterEach(() => members.close());

  it('is known at once', async () => {
    expect(await isMember(members, 'ada', 'a', LONG_MS)).toBe(true);
  });

  it.each([
    ['of another tenant', 'ada'],
    ['of none', 'nobody'],
  ])('%s is waited for, and is one as soon as that is told', async (_, userId) => {
    let answered = false;
    const answer = isMember(members, userId, 'b', LONG_MS).finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, SOON_MS));
    expect(answered).toBe(false);
    members.put(userId, entry(2, 'a')); // something else about them
    await new Promise((resolve) => setTimeout(resolve, SOON_MS));
    expect(answered).toBe(false);
    members.put(userId, entry(3, 'a', 'b'));
    expect(await answer).toBe(true);
  });

  it.each(['ada', 'nobody'])('is not %s when nothing is told in time', async (userId) => {
    expect(await isMember(members, userId, 'b', SOON_MS)).toBe(false);
  });
});
