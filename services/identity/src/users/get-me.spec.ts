import { addMember, addStaff, getMe } from '@tenantry/contracts';
import { PLATFORM_TENANT_ID } from '@tenantry/kernel';
import { IdentityFixture, refusalOf } from '../identity.fixture.js';

describe('GetMe', () => {
  let identity: IdentityFixture;
  let a: string;
  let b: string;

  beforeAll(async () => {
    identity = await IdentityFixture.start();
    [a, b] = [await identity.addTenant({ slug: 'chinook' }), await identity.addTenant({ slug: 'clinic' })];
  });
  afterAll(() => identity?.stop());

  it('tells people who they are here and where else they belong, by the name that the tenant knows', async () => {
    const { userId } = await identity
      .as(a, 'owner')
      .call(addMember, { email: 'ada@example.com', name: 'Ada of A', role: 'admin' });
    await identity.as(b, 'owner').call(addMember, { email: 'ada@example.com', name: 'Ada of B', role: 'customer' });
    expect(await identity.as(b, 'customer', userId).call(getMe, {})).toMatchObject({
      id: userId,
      email: 'ada@example.com',
      name: 'Ada of B',
      tenantId: b,
      role: 'customer',
      platformRole: null,
      memberships: [
        { tenantId: a, slug: 'chinook', role: 'admin' },
        { tenantId: b, slug: 'clinic', role: 'customer' },
      ],
    });
  });

  it('tells staff their role on the platform, and no tenant', async () => {
    const { userId } = await identity
      .as(PLATFORM_TENANT_ID, 'super_admin')
      .call(addStaff, { email: 'sam@example.com', role: 'viewer' });
    expect(await identity.as(PLATFORM_TENANT_ID, 'viewer', userId).call(getMe, {})).toMatchObject({
      platformRole: 'viewer',
      tenantId: null,
      role: null,
      memberships: [],
    });
  });

  it('is for people', async () => {
    const key = identity.as(a, 'owner').call(getMe, {}, { actor: { kind: 'key', id: 'key', role: null } });
    expect(await refusalOf(key)).toMatchObject({ reason: 'forbidden' });
  });
});
