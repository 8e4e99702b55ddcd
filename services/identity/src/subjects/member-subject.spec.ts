import {
  addMember,
  changeMemberRole,
  collectMemberSubject,
  createApiKey,
  eraseMemberSubject,
  listMembers,
  planMemberSubject,
} from '@tenantry/contracts';
import { newId } from '@tenantry/kernel';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';

describe('a member as privacy requests find them', () => {
  let identity: IdentityFixture;
  let a: Caller;
  let b: Caller;
  let email: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
  });
  afterAll(() => identity?.stop());
  beforeEach(async () => {
    [a, b] = await identity.twoOwners();
    email = `person-${newId()}@example.com`;
  });

  const add = (to: Caller, role = 'staff', address = email) =>
    to.call(addMember, { email: address, role, name: 'Nora' });
  const plan = async (caller: Caller, who: { email?: string; userId?: string }) => {
    const { places } = await caller.call(planMemberSubject, who);
    return Object.fromEntries(places.map(({ place, rows, action }) => [place, `${action} ${rows}`]));
  };
  const people = () => identity.database.admin('select id from identity.person where email = $1', [email]);

  it('are found by address or user id, in their own tenant only', async () => {
    const { userId } = await add(a);
    await identity
      .as(a.tenantId, 'owner', userId)
      .call(createApiKey, { name: 'one', kind: 'secret', scopes: ['members.read'] });
    const found = { 'identity.membership': 'delete 1', 'identity.api_key': 'keep 1' };
    expect(await plan(a, { email: email.toUpperCase() })).toMatchObject(found);
    expect(await plan(a, { userId })).toMatchObject(found);
    expect(await plan(b, { email, userId })).toMatchObject({
      'identity.membership': 'delete 0',
      'identity.api_key': 'keep 0',
    });
    expect(await plan(a, { userId: 'customer-5' })).toMatchObject({ 'identity.membership': 'delete 0' });
  });

  it('are shown what the tenant has of them, and nothing that it does not', async () => {
    await add(a);
    const rows = await identity.stream(collectMemberSubject, { email, place: 'identity.membership' }, a.tenantId);
    expect(
      rows
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toEqual([{ row: expect.objectContaining({ email, name: 'Nora', role: 'staff' }), redacted: [] }]);
    expect(await identity.stream(collectMemberSubject, { email, place: 'identity.membership' }, b.tenantId)).toBe('');
    expect(await identity.stream(collectMemberSubject, { email, place: 'identity.person' }, a.tenantId)).toBe(
      'refused: invalid-input',
    );
  });

  it('go with their account when it is used nowhere else', async () => {
    await identity.memberWithPassword(email, a.tenantId);
    const erased = await a.call(eraseMemberSubject, { email });
    expect(erased).toMatchObject({ rows: 1n, places: [{ place: 'identity.membership', rows: 1n }, { rows: 0n }] });
    expect(await people()).toEqual([]);
    expect((await a.call(listMembers, {})).data).toEqual([]);
    expect(JSON.stringify(await identity.events(a.tenantId).then((all) => all.at(-1)))).not.toContain(email);
  });

  it('keep their account and the other tenant when they belong there too, and neither tenant is told', async () => {
    const { userId } = await add(a);
    await add(b);
    const before = await plan(a, { email });
    const erased = await a.call(eraseMemberSubject, { userId });
    expect(await people()).toHaveLength(1);
    expect((await b.call(listMembers, {})).data).toHaveLength(1);
    await b.call(eraseMemberSubject, { email });
    expect(await people()).toEqual([]);
    await add(a);
    expect(await plan(a, { email })).toEqual(before);
    expect((await a.call(eraseMemberSubject, { email })).places).toEqual(erased.places);
  });

  it('are not removed as the last owner: that is left to people, and nothing is changed', async () => {
    const owner = await add(a, 'owner');
    expect(await plan(a, { email })).toMatchObject({ 'identity.membership': 'manual 1' });
    expect(await refusalOf(a.call(eraseMemberSubject, { email }))).toMatchObject({ reason: 'last-owner' });
    expect((await a.call(listMembers, {})).data).toEqual([owner]);
    const { userId } = await add(a, 'staff', `other-${email}`);
    await a.call(changeMemberRole, { userId, role: 'owner' });
    await a.call(eraseMemberSubject, { email });
    expect((await a.call(listMembers, {})).data).toMatchObject([{ userId, role: 'owner' }]);
  });

  it('are erased once, however often compliance asks', async () => {
    await add(a);
    const erase = () => a.call(eraseMemberSubject, { email }, {}, { idempotencyKey: 'the erasure' });
    const first = await erase();
    expect(await erase()).toEqual(first);
  });
});
