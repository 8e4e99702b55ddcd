import { addMember, addStaff, changeStaffRole, listMembers, listStaff, removeStaff } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { IdentityFixture, refusalOf, type Caller } from '../identity.fixture.js';

describe('platform staff', () => {
  let identity: IdentityFixture;
  let platform: Caller;
  let a: Caller;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    platform = identity.as(PLATFORM_TENANT_ID, 'super_admin');
    a = identity.as(await identity.addTenant(), 'owner');
  });
  afterAll(() => identity?.stop());
  beforeEach(() => identity.database.admin('truncate identity.membership'));

  it('is apart from the members of tenants', async () => {
    const staff = await platform.call(addStaff, { email: 'sam@example.com', role: 'viewer' });
    const member = await a.call(addMember, { email: 'sam@example.com', role: 'owner' });
    expect((await platform.call(listStaff, {})).data).toEqual([staff]);
    expect((await a.call(listMembers, {})).data).toEqual([member]);
    expect(await identity.entry('members', staff.userId)).toMatchObject({
      platformRole: 'viewer',
      memberships: [{ tenantId: a.tenantId, role: 'owner' }],
    });
  });

  it('keeps the last super admin, whether demoted or removed', async () => {
    const one = await platform.call(addStaff, { email: 'one@example.com', role: 'super_admin' });
    const two = await platform.call(addStaff, { email: 'two@example.com', role: 'super_admin' });
    await platform.call(removeStaff, { userId: one.userId });
    expect(await refusalOf(platform.call(removeStaff, { userId: two.userId }))).toMatchObject({
      reason: 'last-super-admin',
    });
    expect(await refusalOf(platform.call(changeStaffRole, { userId: two.userId, role: 'viewer' }))).toMatchObject({
      reason: 'last-super-admin',
    });
    expect((await platform.call(listStaff, {})).data).toHaveLength(1);
  });

  it('knows no role of a tenant', async () => {
    expect(await refusalOf(platform.call(addStaff, { email: 'sam@example.com', role: 'owner' }))).toMatchObject({
      reason: 'invalid-input',
      field: 'role',
    });
  });

  it('lets a change of role count at once', async () => {
    const { userId } = await platform.call(addStaff, { email: 'sam@example.com', role: 'viewer' });
    await platform.call(changeStaffRole, { userId, role: 'admin' });
    expect(await identity.entry('members', userId)).toMatchObject({ platformRole: 'admin' });
    await platform.call(removeStaff, { userId });
    expect(await identity.entry('members', userId)).toMatchObject({ platformRole: null });
  });
});
